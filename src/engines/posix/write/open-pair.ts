/** Opens a directory on both sides, below the roots; creates it at the destination if it is missing. */
import { nameOf, parentOf, rawToBytes, type RawPath } from '../../../paths.ts';
import { check, nativeError } from '../native/errno.ts';
import { nameAddress } from '../native/names.ts';
import { close, errnoName, mkdirat, O, openBeneath, openat, unlinkat } from '../native/libc.ts';

const DIRECTORY = O.RDONLY | O.DIRECTORY;

/** A directory, open on both sides. */
export interface DirectoryFds {
  readonly sourceFd: number;
  readonly destinationFd: number;
}

/** Calls `use` with the directory at `path` open on both sides. */
export function withPair<T>(
  roots: DirectoryFds,
  path: RawPath,
  use: (directory: DirectoryFds) => T,
): T {
  const sourceFd = check(
    openBeneath(roots.sourceFd, rawToBytes(path), DIRECTORY),
    'open',
    'source',
    path,
  );
  try {
    const destinationFd = openOrMake(roots.destinationFd, path);
    try {
      return use({ sourceFd, destinationFd });
    } finally {
      close(destinationFd);
    }
  } finally {
    close(sourceFd);
  }
}

/** Opens a directory at the destination and creates missing ones, private until they are finished. */
export function openOrMake(rootFd: number, path: RawPath): number {
  const fd = openBeneath(rootFd, rawToBytes(path), DIRECTORY);
  if (fd >= 0) return fd;
  const errno = errnoName();
  if (path === '' || (errno !== 'ENOENT' && errno !== 'ENOTDIR' && errno !== 'ELOOP')) {
    throw nativeError('open', 'destination', path);
  }
  const parentFd = openOrMake(rootFd, parentOf(path));
  try {
    makeDirectory(parentFd, nameOf(path), path);
    return check(
      openBeneath(parentFd, rawToBytes(nameOf(path)), DIRECTORY),
      'open',
      'destination',
      path,
    );
  } finally {
    close(parentFd);
  }
}

/** Creates a directory unless it exists; replaces a file or a symlink of that name. */
export function makeDirectory(parentFd: number, name: RawPath, path: RawPath): void {
  if (mkdirat(parentFd, nameAddress(name), 0o700) === 0) return;
  if (errnoName() !== 'EEXIST') throw nativeError('make', 'destination', path);
  const fd = openat(parentFd, nameAddress(name), DIRECTORY | O.NOFOLLOW | O.CLOEXEC, 0);
  if (fd >= 0) return void close(fd);
  const errno = errnoName();
  if (errno !== 'ENOTDIR' && errno !== 'ELOOP') throw nativeError('open', 'destination', path);
  check(unlinkat(parentFd, nameAddress(name), 0), 'replace', 'destination', path);
  check(mkdirat(parentFd, nameAddress(name), 0o700), 'make', 'destination', path);
}
