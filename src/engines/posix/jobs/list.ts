/** Thread side: the names in directories at the destination, for the delete-pass. */
import { rawToBytes, type RawPath } from '../../../paths.ts';
import type { JobBase } from '../threads/messages.ts';
import { check } from '../native/errno.ts';
import { allocate, close, errnoName, getdents64, O, openBeneath } from '../native/libc.ts';

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
  /** One for each directory; empty when it is not there. */
  readonly listings: readonly (readonly DestinationName[])[];
}

const DENTS_BYTES = 64 * 1024;
const DT_DIR = 4;
const dents = allocate(DENTS_BYTES);

export function listDestination(job: ListDestinationJob): ListDestinationResult {
  return { listings: job.directories.map((path) => listOne(job.destinationFd, path)) };
}

function listOne(rootFd: number, path: RawPath): DestinationName[] {
  const fd = openBeneath(rootFd, rawToBytes(path), O.RDONLY | O.DIRECTORY);
  if (fd < 0) {
    const errno = errnoName();
    if (errno === 'ENOENT' || errno === 'ENOTDIR' || errno === 'ELOOP') return [];
    check(fd, 'open', 'destination', path);
  }
  try {
    return namesIn(fd, path);
  } finally {
    close(fd);
  }
}

/** All names of an open directory but '.' and '..'. */
export function namesIn(fd: number, path: RawPath): DestinationName[] {
  const names: DestinationName[] = [];
  for (;;) {
    const length = check(getdents64(fd, dents.address, DENTS_BYTES), 'list', 'destination', path);
    if (length === 0) return names;
    for (let at = 0; at < length;) {
      const start = at + 19;
      const isDirectory = dents.bytes[at + 18] === DT_DIR;
      at += dents.bytes.readUInt16LE(at + 16);
      const name = dents.bytes.toString('latin1', start, dents.bytes.indexOf(0, start));
      if (name !== '.' && name !== '..') names.push({ name, isDirectory });
    }
  }
}
