/** Two sorted catalogs side by side: the whole of "what changed" follows from a, b, or both. */
import { comparePaths, type RawPath } from '../paths.ts';

export interface DirectoryPair<A, B> {
  readonly path: RawPath;
  readonly a?: A;
  readonly b?: B;
}

/** Pairs the directories of two streams in comparePaths order; one of each in memory. */
export function* mergeJoin<
  A extends { readonly path: RawPath },
  B extends { readonly path: RawPath },
>(as: Iterable<A>, bs: Iterable<B>): Generator<DirectoryPair<A, B>, void, undefined> {
  const left = as[Symbol.iterator]();
  const right = bs[Symbol.iterator]();
  try {
    let a = left.next();
    let b = right.next();
    while (!a.done || !b.done) {
      const order = a.done ? 1 : b.done ? -1 : comparePaths(a.value.path, b.value.path);
      const taken: { a?: A; b?: B } = {};
      if (order <= 0 && !a.done) taken.a = a.value;
      if (order >= 0 && !b.done) taken.b = b.value;
      yield { path: (taken.a ?? taken.b)!.path, ...taken };
      if (order <= 0) a = left.next();
      if (order >= 0) b = right.next();
    }
  } finally {
    left.return?.();
    right.return?.();
  }
}
