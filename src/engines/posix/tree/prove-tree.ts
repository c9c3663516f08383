/** Checks that one side is still the tree with which the migration started. */
import { LonghaulError } from '../../../errors/failure.ts';
import { openTreeIdentity, sameTree, treeIdentity } from './identity.ts';
import { type TreeIdentity } from '../../../model/tree-identity.ts';
import type { Side } from '../native/errno.ts';

export interface TreePlace {
  readonly path: string;
  readonly marker?: string | undefined;
}

/**
 * Throws SOURCE_MISSING, SOURCE_CHANGED_IDENTITY or DESTINATION_MISSING if it is another tree, a
 * transient code if the link is down. With `fd` it checks the open directory, not the path. Without a
 * recorded identity it only checks that the tree exists.
 */
export function proveTree(
  side: Side,
  { path, marker }: TreePlace,
  recorded: TreeIdentity | undefined,
  fd?: number,
): void {
  const missing = side === 'source' ? 'SOURCE_MISSING' : 'DESTINATION_MISSING';
  const found =
    fd === undefined
      ? treeIdentity(path, marker, missing)
      : openTreeIdentity(fd, path, marker, missing);
  if (!recorded) return;
  // A migration starts with an empty destination.
  const expected = side === 'source' ? recorded : { ...recorded, hasEntries: false };
  const verdict = sameTree(expected, found);
  if (verdict.same) return;
  throw new LonghaulError(
    side === 'source' ? verdict.code : missing,
    `${path} is not the tree the migration began with: ${verdict.because}`,
    { path },
  );
}
