/** Renames a temporary file to its final name. A missing temporary name is always an error. */
import { LonghaulError } from '../../../errors/failure.ts';
import { printable } from '../../../paths.ts';
import { nativeError, pathOf, type Where } from '../native/errno.ts';
import { AT, errnoName, renameat, unlinkat } from '../native/libc.ts';

/**
 * Takes both names by their addresses in native memory. Replaces an empty directory of that name. A
 * directory with content is left to the delete-pass, which may delete it; the entry stays open
 * (CHANGED_WHILE_COPYING) until then.
 */
export function renameIntoPlace(
  directoryFd: number,
  temporary: number,
  name: number,
  where: Where,
): void {
  if (renameat(directoryFd, temporary, directoryFd, name) === 0) return;
  const errno = errnoName();
  if (errno === 'EISDIR' || errno === 'ENOTEMPTY' || errno === 'EEXIST') {
    const removed = unlinkat(directoryFd, name, AT.REMOVEDIR);
    if (removed === 0 && renameat(directoryFd, temporary, directoryFd, name) === 0) return;
    unlinkat(directoryFd, temporary, 0);
    const path = printable(pathOf(where));
    throw new LonghaulError(
      'CHANGED_WHILE_COPYING',
      `A directory with content is at the destination in place of ${path}`,
      { path },
    );
  }
  const error = nativeError('rename into place', 'destination', where);
  unlinkat(directoryFd, temporary, 0);
  throw error;
}
