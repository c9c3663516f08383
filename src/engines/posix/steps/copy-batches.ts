/** Cuts the small entries of a chunk into jobs: several directories per job, or a part of one, in order. */
import type { RawPath } from '../../../paths.ts';
import { CatalogReader } from '../../../catalog/reader.ts';
import type { CopyBatch } from '../jobs/copy.ts';
import { digestText, type Digest } from '../round/digest.ts';
import { S_IFMT, S_IFREG } from '../native/statx.ts';
import { joinNames } from '../native/name-cursor.ts';
import { isAfter, type JournalPosition } from '../round/outcome-journal.ts';
import type { WorkDirectory, WorkEntry } from '../round/worklist.ts';

export const BATCH_ENTRIES = 256;
const BATCH_BYTES = 8 * 2 ** 20;

/** Entries of one directory to copy, in columns. */
export interface DueEntries {
  readonly path: RawPath;
  readonly names: RawPath[];
  readonly modes: number[];
  readonly sizesBytes: number[];
  readonly digests?: Map<RawPath, Digest> | undefined;
}

export function* copyBatches(due: Iterable<DueEntries>): Generator<CopyBatch[], void, undefined> {
  let group: CopyBatch[] = [];
  let entries = 0;
  let bytes = 0;
  for (const directory of due) {
    const { modes, sizesBytes } = directory;
    let start = 0;
    for (let i = 0; i < modes.length; i++) {
      // Entries that are not files, and files that only need new metadata, transfer no bytes.
      if ((modes[i]! & S_IFMT) === S_IFREG) bytes += sizesBytes[i]!;
      if (++entries < BATCH_ENTRIES && bytes < BATCH_BYTES) continue;
      yield [...group, batchOf(directory, start, i + 1)];
      [group, entries, bytes, start] = [[], 0, 0, i + 1];
    }
    if (start < modes.length) group.push(batchOf(directory, start, modes.length));
  }
  if (group.length > 0) yield group;
}

function batchOf(due: DueEntries, from: number, to: number): CopyBatch {
  const names = due.names.slice(from, to);
  const batch = { directory: due.path, names: joinNames(names), modes: due.modes.slice(from, to) };
  if (due.digests === undefined) return batch;
  const digests = names.flatMap((name): [RawPath, Digest][] => {
    const digest = due.digests!.get(name);
    return digest === undefined ? [] : [[name, digest]];
  });
  return digests.length === 0 ? batch : { ...batch, digests: new Map(digests) };
}

/** Reads a worklist that is the manifest itself: every entry is copied. */
export function* allEntries(manifestPath: string): Generator<DueEntries, void, undefined> {
  const reader = new CatalogReader(manifestPath);
  try {
    yield* reader.columns();
  } finally {
    reader.close();
  }
}

export interface DueOptions {
  /** Position up to which everything is done. */
  readonly after: JournalPosition | undefined;
  /** Returns true for an entry that is copied out of order, or not at all. */
  readonly leftOut: (directory: RawPath, name: RawPath, isFile: boolean) => boolean;
}

export function* dueEntries(
  worklist: Iterable<WorkDirectory>,
  options: DueOptions,
): Generator<DueEntries, void, undefined> {
  for (const { path, entries } of worklist) {
    const due = entries.filter((entry) => isDue(path, entry, options));
    const known = due.filter(isContentKnown);
    yield {
      path,
      names: due.map(({ name }) => name),
      modes: due.map(({ mode }) => mode),
      sizesBytes: due.map((entry) => (isContentKnown(entry) ? 0 : entry.sizeBytes)),
      digests:
        known.length === 0
          ? undefined
          : new Map(known.map(({ name, digest }) => [name, digestText(digest!)])),
    };
  }
}

function isDue(directory: RawPath, { name, mode }: WorkEntry, options: DueOptions): boolean {
  if (!isAfter(directory, name, options.after)) return false;
  return !options.leftOut(directory, name, (mode & S_IFMT) === S_IFREG);
}

/** Returns true for a file of which only the metadata changed. */
function isContentKnown({ mode, status: reason, digest }: WorkEntry): boolean {
  return (mode & S_IFMT) === S_IFREG && reason === 'metadata' && digest !== undefined;
}
