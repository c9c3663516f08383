/** The last step of every copy. A missing temporary name is a fault, never ignored. */
import { LonghaulError } from '../../errors.ts';
import { printable, type RawPath } from '../../paths.ts';
import { nativeError } from './native-error.ts';
import { nameAddress, temporaryAddress } from './native-names.ts';
import { AT, errnoName, renameat, unlinkat } from './sys.ts';

/**
 * An empty directory under the name gives way; one with content is left to the delete-pass, which
 * has a licence, and the entry stays open (CHANGED_WHILE_COPYING) until then.
 */
export function renameIntoPlace(
  directoryFd: number,
  temporary: RawPath,
  name: RawPath,
  path: RawPath,
): void {
  if (rename(directoryFd, temporary, name) === 0) return;
  const errno = errnoName();
  if (errno === 'EISDIR' || errno === 'ENOTEMPTY' || errno === 'EEXIST') {
    const removed = unlinkat(directoryFd, nameAddress(name), AT.REMOVEDIR);
    if (removed === 0 && rename(directoryFd, temporary, name) === 0) return;
    unlinkat(directoryFd, temporaryAddress(temporary), 0);
    throw new LonghaulError(
      'CHANGED_WHILE_COPYING',
      `A directory with content stands at the destination where ${printable(path)} goes`,
      { path: printable(path) },
    );
  }
  const error = nativeError('rename into place', 'destination', path);
  unlinkat(directoryFd, temporaryAddress(temporary), 0);
  throw error;
}

function rename(directoryFd: number, temporary: RawPath, name: RawPath): number {
  return renameat(directoryFd, temporaryAddress(temporary), directoryFd, nameAddress(name));
}
