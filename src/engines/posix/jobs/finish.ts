/**
 * Applies attributes, owner, mode and times to directories. It runs after everything below them is
 * written, because every write in a directory changes its time. It includes the directories above a
 * chunk's roots: the chunk that writes last sets their final times.
 */
import { type RawPath, rawToBytes } from '../../../paths.ts';
import { check } from '../native/errno.ts';
import { close, O, openBeneath } from '../native/libc.ts';
import { copyMetadata } from '../native/metadata.ts';
import { XattrCopier } from '../native/xattrs.ts';
import { outcomeOf, type EntryOutcome } from '../round/outcome.ts';
import type { JobBase } from '../threads/messages.ts';
import type { DirectoryFds } from '../write/open-pair.ts';
import { SourceEntry } from '../write/source-entry.ts';

export interface FinishDirectoriesJob extends JobBase, DirectoryFds {
  readonly type: 'finish directories';
  readonly directories: readonly RawPath[];
}

export interface FinishDirectoriesResult {
  /** Outcomes of the directories that failed; `name` is the whole path. */
  readonly failed: readonly EntryOutcome[];
}

const source = new SourceEntry();

export function finishDirectories(job: FinishDirectoriesJob): FinishDirectoriesResult {
  const failed: EntryOutcome[] = [];
  const xattrs = new XattrCopier();
  for (const path of job.directories) {
    try {
      finish(job, path, xattrs);
    } catch (thrown) {
      const outcome = outcomeOf(path, thrown);
      if (outcome.outcome !== 'vanished') failed.push(outcome);
    }
  }
  return { failed };
}

function finish(roots: DirectoryFds, path: RawPath, xattrs: XattrCopier): void {
  const flags = O.RDONLY | O.DIRECTORY;
  const bytes = rawToBytes(path);
  try {
    source.adopt(check(openBeneath(roots.sourceFd, bytes, flags), 'open', 'source', path), path);
    const to = check(openBeneath(roots.destinationFd, bytes, flags), 'open', 'destination', path);
    try {
      copyMetadata(source, to, path, xattrs);
    } finally {
      close(to);
    }
  } finally {
    source.close();
  }
}
