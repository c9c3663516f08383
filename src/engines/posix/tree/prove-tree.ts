/** Checks that one side is still the tree that was recorded. */
import { LonghaulError } from '../../../errors/failure.ts';
import { openTreeIdentity, sameTree, treeIdentity } from './identity.ts';
import { type TreeIdentity } from '../../../model/tree-identity.ts';
import type { Side } from '../native/errno.ts';

export interface TreePlace {
  readonly path: string;
  readonly marker?: string | undefined;
}

/**
 * Returns the identity that was found. Throws SOURCE_MISSING, SOURCE_CHANGED_IDENTITY or
 * DESTINATION_MISSING if it is another tree, a transient code if the link is down. With `fd` it checks the open directory, not the path. Without a
 * recorded identity it only checks that the tree exists.
 */
export function proveTree(
  side: Side,
  { path, marker }: TreePlace,
  recorded: TreeIdentity | undefined,
  fd?: number,
): TreeIdentity {
  const missing = side === 'source' ? 'SOURCE_MISSING' : 'DESTINATION_MISSING';
  const found =
    fd === undefined
      ? treeIdentity(path, marker, missing)
      : openTreeIdentity(fd, path, marker, missing);
  if (!recorded) return found;
  // A migration starts with an empty destination.
  const expected = side === 'source' ? recorded : { ...recorded, hasEntries: false };
  const verdict = sameTree(expected, found);
  if (verdict.same) return found;
  throw new LonghaulError(
    side === 'source' ? verdict.code : missing,
    `${path} is not the tree that it was at the start: ${verdict.because}`,
    { path },
  );
}
