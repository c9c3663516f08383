/** Whether a side is still the tree the migration began with. */
import { LonghaulError } from '../../../errors/failure.ts';
import { openTreeIdentity, sameTree, treeIdentity } from './identity.ts';
import { type TreeIdentity } from '../../../model/tree-identity.ts';
import type { Side } from '../native/errno.ts';

export interface TreePlace {
  readonly path: string;
  readonly marker?: string | undefined;
}

/**
 * Throws SOURCE_MISSING, SOURCE_CHANGED_IDENTITY or DESTINATION_MISSING when it is not, a transient
 * code when the link is away. `fd`: what was opened is asked, whatever is at the path by now.
 * Without a recorded identity it only has to be there.
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
  // An empty destination is how a migration begins.
  const expected = side === 'source' ? recorded : { ...recorded, hasEntries: false };
  const verdict = sameTree(expected, found);
  if (verdict.same) return;
  throw new LonghaulError(
    side === 'source' ? verdict.code : missing,
    `${path} is not the tree the migration began with: ${verdict.because}`,
    { path },
  );
}
