/** Lists directories at the destination, for the delete-pass. */
import { rawToBytes, type RawPath } from '../../../paths.ts';
import { isDirectory, namesIn } from '../native/directory-names.ts';
import { check } from '../native/errno.ts';
import { close, errnoName, O, openBeneath } from '../native/libc.ts';
import type { JobBase } from '../threads/messages.ts';

export interface ListDestinationJob extends JobBase {
  readonly type: 'list destination';
  readonly destinationFd: number;
  readonly directories: readonly RawPath[];
}

export interface DestinationName {
  readonly name: RawPath;
  readonly isDirectory: boolean;
}

export interface ListDestinationResult {
  /** One for each directory; empty if the directory does not exist. */
  readonly listings: readonly (readonly DestinationName[])[];
}

export function listDestination(job: ListDestinationJob): ListDestinationResult {
  return { listings: job.directories.map((path) => listOne(job.destinationFd, path)) };
}

function listOne(rootFd: number, path: RawPath): readonly DestinationName[] {
  const fd = openBeneath(rootFd, rawToBytes(path), O.RDONLY | O.DIRECTORY);
  if (fd < 0) {
    const errno = errnoName();
    if (errno === 'ENOENT' || errno === 'ENOTDIR' || errno === 'ELOOP') return [];
    check(fd, 'open', 'destination', path);
  }
  try {
    return namesIn(fd, 'destination', path).map((listed) => ({
      name: listed.name,
      isDirectory: isDirectory(listed),
    }));
  } finally {
    close(fd);
  }
}
