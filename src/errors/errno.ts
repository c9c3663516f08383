/** Failure codes of errno values. */
import type { Code } from './codes.ts';

/** Names as libc and Node report them. Sources: errno(3), nfs(5), fuse(4). */
const ERRNO_TO_CODE: Readonly<Record<string, Code>> = {
  EIO: 'IO_ERROR',
  EREMOTEIO: 'IO_ERROR',
  ENOTCONN: 'LINK_DOWN',
  ETIMEDOUT: 'LINK_DOWN',
  ECONNRESET: 'LINK_DOWN',
  ECONNABORTED: 'LINK_DOWN',
  ECONNREFUSED: 'LINK_DOWN',
  EHOSTDOWN: 'LINK_DOWN',
  EHOSTUNREACH: 'LINK_DOWN',
  ENETUNREACH: 'LINK_DOWN',
  ENETDOWN: 'LINK_DOWN',
  EPIPE: 'LINK_DOWN',
  ESTALE: 'LINK_DOWN',
  ENODEV: 'LINK_DOWN',
  EAGAIN: 'BUSY',
  EBUSY: 'BUSY',
  EINTR: 'BUSY',
  ETXTBSY: 'BUSY',
  ENFILE: 'BUSY',
  EMFILE: 'BUSY',
  ENOMEM: 'BUSY',
  EACCES: 'PERMISSION_DENIED',
  EPERM: 'PERMISSION_DENIED',
  ENOSPC: 'DISK_FULL',
  EDQUOT: 'DISK_FULL',
  EROFS: 'READ_ONLY',
  ENAMETOOLONG: 'NAME_TOO_LONG',
  EMLINK: 'TOO_MANY_LINKS',
  EFBIG: 'UNSUPPORTED',
  EOPNOTSUPP: 'UNSUPPORTED',
  ENOTSUP: 'UNSUPPORTED',
  EOVERFLOW: 'UNSUPPORTED',
  EILSEQ: 'UNSUPPORTED',
  EINVAL: 'UNSUPPORTED',
  EXDEV: 'CHANGED_WHILE_COPYING',
  ENOENT: 'VANISHED',
  ENOTDIR: 'CHANGED_WHILE_COPYING',
  EISDIR: 'CHANGED_WHILE_COPYING',
  ELOOP: 'CHANGED_WHILE_COPYING',
  EEXIST: 'CHANGED_WHILE_COPYING',
  ENOTEMPTY: 'CHANGED_WHILE_COPYING',
};

/** Returns the code of an errno name. A name that is not in the table counts as BUG, so that it is reported. */
export function codeOfErrno(errno: string): Code {
  return ERRNO_TO_CODE[errno] ?? 'BUG';
}

export const KNOWN_ERRNOS: readonly string[] = Object.keys(ERRNO_TO_CODE);
