/**
 * Finds the directories in which a copy that died may have left temporary files: each thread had one,
 * in the work handed out after the last durable position, or at an entry that is copied out of order.
 */
import { comparePaths, parentOf, type RawPath } from '../../../paths.ts';
import type { JournalPosition } from '../round/outcome-journal.ts';
import type { WorkDirectory } from '../round/worklist.ts';

export interface DeadCopy {
  /** Last durable position; undefined when it died before the first commit. */
  readonly position: JournalPosition | undefined;
  /** Maximum number of entries that were handed out after the position. */
  readonly reach: number;
  /** Paths of entries that are copied out of order. */
  readonly outOfOrder: Iterable<RawPath>;
}

export function leftoverDirectories(
  worklist: Iterable<WorkDirectory>,
  { position, reach, outOfOrder }: DeadCopy,
): readonly RawPath[] {
  const found = new Set<RawPath>();
  let entries = 0;
  for (const work of worklist) {
    const isHalfDone = work.path === position?.directory;
    if (position && !isHalfDone && comparePaths(work.path, position.directory) < 0) continue;
    if (entries >= reach) break;
    found.add(work.path);
    if (!isHalfDone) entries += work.entries.length;
  }
  for (const path of outOfOrder) found.add(parentOf(path));
  return [...found];
}
