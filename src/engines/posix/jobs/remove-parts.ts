/** Removes abandoned parts of large files, by the paths of the files. */
import { nameOf, parentOf, rawToBytes, type RawPath } from '../../../paths.ts';
import { check } from '../native/errno.ts';
import { close, errnoName, O, openBeneath, unlinkat } from '../native/libc.ts';
import { temporaryAddress } from '../native/names.ts';
import type { JobBase } from '../threads/messages.ts';
import { partName } from '../write/own-names.ts';

export interface RemovePartsJob extends JobBase {
  readonly type: 'remove parts';
  readonly destinationFd: number;
  readonly paths: readonly RawPath[];
}

/** Ignores a missing part: it has been renamed to its final name, or its directory is gone. */
export function removeParts(job: RemovePartsJob): undefined {
  for (const path of job.paths) {
    const parent = rawToBytes(parentOf(path));
    const fd = openBeneath(job.destinationFd, parent, O.RDONLY | O.DIRECTORY);
    if (fd < 0 && isMissing(errnoName())) continue;
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

const isMissing = (errno: string): boolean => ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errno);
