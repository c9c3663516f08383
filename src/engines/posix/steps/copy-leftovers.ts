/**
 * Where a copy that died may have left temporary files: each thread had one, somewhere in the work
 * that was handed out behind the last durable position; the rest of the step goes a few known ways.
 */
import { comparePaths, parentOf, type RawPath } from '../../../paths.ts';
import type { JournalPosition } from '../round/outcome-journal.ts';
import type { WorkDirectory } from '../round/worklist.ts';

export interface DeadCopy {
  /** Undefined when it died before anything was durable. */
  readonly position: JournalPosition | undefined;
  /** At most so many entries were handed out beyond the position. */
  readonly reach: number;
  /** What is copied out of order. */
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
