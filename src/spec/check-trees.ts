/**
 * Checks where the trees of a spec are on this host. Directories are compared by device and inode, up to
 * the root, so that symlinks and bind mounts hide nothing. Only reads the disk.
 */
import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Inconsistency } from './reading/problem.ts';
import type { MigrationSpec } from './schema.ts';

interface Place {
  readonly name: string;
  readonly keys: readonly string[];
  readonly written: string;
  /** Path with symlinks resolved as far as it exists; the rest as written. */
  readonly path: string;
  readonly exists: boolean;
  /** Itself first, then every directory above it; only those that exist have an identity. */
  readonly lineage: readonly { readonly path: string; readonly identity: string | undefined }[];
}

export function treeProblems(spec: MigrationSpec): readonly Inconsistency[] {
  const source = treePlace('the source', 'source', spec.source.path);
  const destination = treePlace('the destination', 'destination', spec.destination.path);
  const state = lookAt('the state directory', ['stateDirectory'], spec.stateDirectory);
  return [
    ...(source === undefined ? [] : sourceProblems(source, spec.source.marker)),
    ...[destination, state].flatMap((place) =>
      place === undefined ? [] : directoryProblems(place),
    ),
    ...nestingProblems(destination, source),
    ...nestingProblems(source, destination),
    ...nestingProblems(state, source),
    ...nestingProblems(state, destination),
  ];
}

/** Returns undefined for a tree that is not mounted on this host. */
function treePlace(name: string, key: string, path: string | undefined): Place | undefined {
  return path === undefined ? undefined : lookAt(name, [key, 'path'], path);
}

function lookAt(name: string, keys: readonly string[], written: string): Place {
  const path = realPath(resolve(written));
  const lineage: { path: string; identity: string | undefined }[] = [];
  for (let at = path; ; at = dirname(at)) {
    lineage.push({ path: at, identity: identityOf(at) });
    if (at === '/') break;
  }
  return { name, keys, written, path, exists: lineage[0]?.identity !== undefined, lineage };
}

/** Resolves symlinks as far as the path exists. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path === '/' ? path : join(realPath(dirname(path)), basename(path));
  }
}

function identityOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

function sourceProblems(source: Place, marker: string | undefined): Inconsistency[] {
  if (!source.exists) {
    const message = `expected a directory, found nothing at ${source.path}; is it mounted?`;
    return [{ keys: source.keys, message }];
  }
  const problems = directoryProblems(source);
  if (marker !== undefined && identityOf(join(source.path, marker)) === undefined) {
    const message = `expected a file in the source, found nothing at ${join(source.path, marker)}; is it mounted?`;
    problems.push({ keys: ['source', 'marker'], message });
  }
  return problems;
}

function directoryProblems({ exists, path, keys }: Place): Inconsistency[] {
  if (!exists || statSync(path).isDirectory()) return [];
  return [{ keys, message: `expected a directory, found a file at ${path}` }];
}

/** `inner` must not be `outer`, and not lie inside it. Identity is reported once, for destination and state directory. */
function nestingProblems(inner: Place | undefined, outer: Place | undefined): Inconsistency[] {
  if (inner === undefined || outer === undefined) return [];
  const outerIdentity = outer.lineage[0]?.identity;
  const at = inner.lineage.findIndex(
    ({ path, identity }) =>
      path === outer.path || (identity !== undefined && identity === outerIdentity),
  );
  if (at < 0) return [];
  if (at === 0 && inner.name === 'the source') return [];
  const relation = at === 0 ? 'the same directory as' : 'inside';
  const message = `expected a place apart from ${outer.name} (${outer.path}), found ${inner.written}, ${relation} it`;
  return [
    {
      keys: inner.keys,
      message: message.replace('the same directory as it', 'the same directory'),
    },
  ];
}
