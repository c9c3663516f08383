/** Thread side: makes all that was written to the destination's file system durable, and cleans up. */
import { rawToBytes, type RawPath } from '../../../paths.ts';
import { namesIn } from './list.ts';
import type { JobBase } from '../threads/messages.ts';
import { check } from '../native/errno.ts';
import { nameAddress } from '../native/names.ts';
import { close, O, openBeneath, syncfs, unlinkat } from '../native/libc.ts';
import { isOwnName, isPartName } from '../write/own-names.ts';

export interface SyncDestinationJob extends JobBase {
  readonly type: 'sync destination';
  readonly destinationFd: number;
  /** Directories in which a dead run may have left temporary files. */
  readonly clean?: readonly RawPath[];
}

/** One syncfs for thousands of files: cheaper than an fsync each, and as durable. */
export function syncDestination(job: SyncDestinationJob): undefined {
  for (const path of job.clean ?? []) removeTemporaries(job.destinationFd, path);
  if (!job.clean) check(syncfs(job.destinationFd), 'sync', 'destination', '');
}

/** Parts of large files stay: they are what a second run goes on from. */
function removeTemporaries(rootFd: number, path: RawPath): void {
  const fd = openBeneath(rootFd, rawToBytes(path), O.RDONLY | O.DIRECTORY);
  if (fd < 0) return;
  try {
    for (const { name, isDirectory } of namesIn(fd, path)) {
      if (isOwnName(name) && !isPartName(name) && !isDirectory) unlinkat(fd, nameAddress(name), 0);
    }
  } finally {
    close(fd);
  }
}
