/**
 * The catalogs of many chunks as one sorted stream of directories. A directory that is in several (a
 * chunk's root is a name in another chunk's directory) comes once, with the entries of all. Only the
 * catalogs whose range the stream has reached are open.
 */
import { comparePaths, type RawPath } from '../paths.ts';
import type { DirectoryBlock, EntryStatus } from '../model/entry.ts';
import { CatalogReader, type StatusDirectory } from './reader.ts';

type Directory = StatusDirectory<EntryStatus>;

interface Source {
  readonly catalogPath: string;
  next: Directory | undefined;
  rest?: Iterator<Directory, void, undefined>;
  reader?: CatalogReader;
}

/** Throws what CatalogReader throws, for a catalog that is missing or damaged. */
export function* allDirectories(catalogPaths: Iterable<string>): Generator<DirectoryBlock, void> {
  const waiting = [...catalogPaths]
    .map((catalogPath): Source => ({ catalogPath, next: firstOf(catalogPath) }))
    .filter((source) => source.next !== undefined)
    .sort((a, b) => comparePaths(b.next!.path, a.next!.path));
  const open: Source[] = [];
  try {
    while (open.length > 0 || waiting.length > 0) {
      const path = lowest(open) ?? waiting.at(-1)!.next!.path;
      while (waiting.length > 0 && comparePaths(waiting.at(-1)!.next!.path, path) <= 0) {
        open.push(opened(waiting.pop()!));
      }
      yield joined(takeAll(open, lowest(open)!));
      for (let i = open.length - 1; i >= 0; i--) {
        if (open[i]!.next === undefined) open.splice(i, 1)[0]!.reader?.close();
      }
    }
  } finally {
    for (const source of open) source.reader?.close();
  }
}

function firstOf(catalogPath: string): Directory | undefined {
  const reader = new CatalogReader(catalogPath);
  try {
    for (const directory of reader.directories()) return { ...directory, entries: [] };
    return undefined;
  } finally {
    reader.close();
  }
}

function opened(source: Source): Source {
  source.reader = new CatalogReader(source.catalogPath);
  source.rest = source.reader.directories();
  source.next = nextOf(source);
  return source;
}

function nextOf(source: Source): Directory | undefined {
  return source.rest?.next().value ?? undefined;
}

function lowest(open: readonly Source[]): RawPath | undefined {
  let path: RawPath | undefined;
  for (const { next } of open) {
    if (next !== undefined && (path === undefined || comparePaths(next.path, path) < 0)) {
      path = next.path;
    }
  }
  return path;
}

function takeAll(open: readonly Source[], path: RawPath): readonly Directory[] {
  const taken: Directory[] = [];
  for (const source of open) {
    if (source.next?.path !== path) continue;
    taken.push(source.next);
    source.next = nextOf(source);
  }
  return taken;
}

function joined(directories: readonly Directory[]): DirectoryBlock {
  if (directories.length === 1) return directories[0]!;
  return {
    path: directories[0]!.path,
    complete: directories.some(({ complete }) => complete),
    entries: directories
      .flatMap(({ entries }) => entries)
      .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)),
  };
}
