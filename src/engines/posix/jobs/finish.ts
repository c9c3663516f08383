/**
 * Thread side: attributes, owner, mode and times of directories. After everything below them is
 * written, because every write in a directory changes its time. Also for the directories above a
 * chunk's roots: whichever chunk writes last leaves them right.
 */
import { type RawPath, rawToBytes } from '../../../paths.ts';
import { outcomeOf, type EntryOutcome } from '../round/outcome.ts';
import { before, statOpen } from '../native/file-stat.ts';
import type { JobBase } from '../threads/messages.ts';
import { copyMetadata } from '../native/metadata.ts';
import { check } from '../native/errno.ts';
import type { RootFds } from '../write/open-pair.ts';
import { close, O, openBeneath } from '../native/libc.ts';

export interface FinishDirectoriesJob extends JobBase, RootFds {
  readonly type: 'finish directories';
  readonly directories: readonly RawPath[];
}

export interface FinishDirectoriesResult {
  /** Of those that could not be finished; `name` is the whole path. */
  readonly failed: readonly EntryOutcome[];
}

export function finishDirectories(job: FinishDirectoriesJob): FinishDirectoriesResult {
  const failed: EntryOutcome[] = [];
  for (const path of job.directories) {
    try {
      finish(job, path);
    } catch (thrown) {
      const outcome = outcomeOf(path, thrown);
      if (outcome.outcome !== 'vanished') failed.push(outcome);
    }
  }
  return { failed };
}

function finish(roots: RootFds, path: RawPath): void {
  const flags = O.RDONLY | O.DIRECTORY;
  const from = check(openBeneath(roots.sourceFd, rawToBytes(path), flags), 'open', 'source', path);
  try {
    const to = check(
      openBeneath(roots.destinationFd, rawToBytes(path), flags),
      'open',
      'destination',
      path,
    );
    try {
      statOpen(from, before, 'source', path);
      copyMetadata(from, to, path, true);
    } finally {
      close(to);
    }
  } finally {
    close(from);
  }
}
