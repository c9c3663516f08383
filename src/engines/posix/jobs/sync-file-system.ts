/** Makes everything that was written to the destination durable, or removes temporary files. */
import { rawToBytes, type RawPath } from '../../../paths.ts';
import { isDirectory, namesIn } from '../native/directory-names.ts';
import { check } from '../native/errno.ts';
import { close, O, openBeneath, syncfs, unlinkat } from '../native/libc.ts';
import { nameAddress } from '../native/names.ts';
import type { JobBase } from '../threads/messages.ts';
import { isOwnName, isPartName } from '../write/own-names.ts';

export interface SyncDestinationJob extends JobBase {
  readonly type: 'sync destination';
  readonly destinationFd: number;
  /** Directories in which a crashed run may have left temporary files; if set, only these are cleaned. */
  readonly clean?: readonly RawPath[];
}

/** One syncfs for thousands of files is as durable as an fsync for each, and cheaper. */
export function syncDestination(job: SyncDestinationJob): undefined {
  for (const path of job.clean ?? []) removeTemporaries(job.destinationFd, path);
  if (!job.clean) check(syncfs(job.destinationFd), 'sync', 'destination', '');
}

/** Keeps the parts of large files: a second run continues with them. */
function removeTemporaries(rootFd: number, path: RawPath): void {
  const fd = openBeneath(rootFd, rawToBytes(path), O.RDONLY | O.DIRECTORY);
  if (fd < 0) return;
  try {
    for (const listed of namesIn(fd, 'destination', path)) {
      const { name } = listed;
      if (isOwnName(name) && !isPartName(name) && !isDirectory(listed))
        unlinkat(fd, nameAddress(name), 0);
    }
  } finally {
    close(fd);
  }
}
