/** Removes an entry at the destination; a directory with everything in it, bottom-up. */
import { joinRaw, rawToBytes, type RawPath } from '../../../paths.ts';
import { isDirectory, namesIn } from '../native/directory-names.ts';
import { check } from '../native/errno.ts';
import { AT, close, errnoName, O, openBeneath, unlinkat } from '../native/libc.ts';
import { nameAddress } from '../native/names.ts';

/** Removes `name` in an open directory, if it exists. `path` is for messages. */
export function removeEntry(directoryFd: number, name: RawPath, path: RawPath): void {
  if (unlinkat(directoryFd, nameAddress(name), 0) === 0) return;
  const errno = errnoName();
  if (errno === 'ENOENT') return;
  if (errno !== 'EISDIR' && errno !== 'EPERM') check(-1, 'delete', 'destination', path);
  removeDirectory(directoryFd, name, path);
}

function removeDirectory(parentFd: number, name: RawPath, path: RawPath): void {
  const fd = check(
    openBeneath(parentFd, rawToBytes(name), O.RDONLY | O.DIRECTORY),
    'open',
    'destination',
    path,
  );
  try {
    for (const child of namesIn(fd, 'destination', path)) {
      const childPath = joinRaw(path, child.name);
      if (isDirectory(child)) removeDirectory(fd, child.name, childPath);
      else removeEntry(fd, child.name, childPath);
    }
  } finally {
    close(fd);
  }
  check(unlinkat(parentFd, nameAddress(name), AT.REMOVEDIR), 'delete', 'destination', path);
}
