/** Thread side: removes parts of large files that nobody goes on with, by the names of the files. */
import { nameOf, parentOf, rawToBytes, type RawPath } from '../../../paths.ts';
import type { JobBase } from '../threads/messages.ts';
import { check } from '../native/errno.ts';
import { temporaryAddress } from '../native/names.ts';
import { close, errnoName, O, openBeneath, unlinkat } from '../native/libc.ts';
import { partName } from '../write/own-names.ts';

export interface RemovePartsJob extends JobBase {
  readonly type: 'remove parts';
  readonly destinationFd: number;
  readonly paths: readonly RawPath[];
}

/** A part that is not there is fine: it is under its final name, or its directory is gone. */
export function removeParts(job: RemovePartsJob): undefined {
  for (const path of job.paths) {
    const parent = rawToBytes(parentOf(path));
    const fd = openBeneath(job.destinationFd, parent, O.RDONLY | O.DIRECTORY);
    if (fd < 0 && isAway(errnoName())) continue;
    check(fd, 'open', 'destination', parentOf(path));
    try {
      const removed = unlinkat(fd, temporaryAddress(partName(nameOf(path))), 0);
      if (removed < 0 && errnoName() !== 'ENOENT')
        check(removed, 'remove a part of', 'destination', path);
    } finally {
      close(fd);
    }
  }
}

const isAway = (errno: string): boolean => ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errno);
