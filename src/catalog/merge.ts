/** Merge join of two sorted catalogs: every difference is a directory that is found, known, or both. */
import { comparePaths, type RawPath } from '../paths.ts';

export interface DirectoryPair<Found, Known> {
  readonly path: RawPath;
  /** Undefined when only the second stream has the directory. */
  readonly found?: Found;
  /** Undefined when only the first stream has the directory. */
  readonly known?: Known;
}

/** Pairs the directories of two streams in comparePaths order; holds one of each in memory. */
export function* mergeJoin<
  Found extends { readonly path: RawPath },
  Known extends { readonly path: RawPath },
>(
  founds: Iterable<Found>,
  knowns: Iterable<Known>,
): Generator<DirectoryPair<Found, Known>, void, undefined> {
  const left = founds[Symbol.iterator]();
  const right = knowns[Symbol.iterator]();
  try {
    let found = left.next();
    let known = right.next();
    while (!found.done || !known.done) {
      const order = found.done
        ? 1
        : known.done
          ? -1
          : comparePaths(found.value.path, known.value.path);
      const pair: { found?: Found; known?: Known } = {};
      if (order <= 0 && !found.done) pair.found = found.value;
      if (order >= 0 && !known.done) pair.known = known.value;
      yield { path: (pair.found ?? pair.known)!.path, ...pair };
      if (order <= 0) found = left.next();
      if (order >= 0) known = right.next();
    }
  } finally {
    left.return?.();
    right.return?.();
  }
}
