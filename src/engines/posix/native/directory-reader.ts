/**
 * Lists one directory and stats each name once, relative to the open directory and by the bytes that
 * the kernel returned. No symlink is followed, neither on the path nor at its end.
 */
import { CODES, type Code } from '../../../errors/codes.ts';
import { codeOfErrno } from '../../../errors/errno.ts';
import { LonghaulError } from '../../../errors/failure.ts';
import { printable, rawToBytes, type RawPath } from '../../../paths.ts';
import { readNames, type DirectoryName } from './directory-names.ts';
import { AT, close, errnoName, O, openBeneath, statx, type Block } from './libc.ts';
import { newStatBuffer, STATX_BASIC } from './statx.ts';

const stat = newStatBuffer();
const AT_NO_AUTOMOUNT = 0x800;
const STAT_FLAGS = AT.SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT;

export interface DirectoryVisitor {
  /** Gets a name and its struct statx, which is valid during the call. Names come in bytewise order. */
  entry(name: RawPath, stat: Block): void;
  /** Gets a name whose stat failed. `typeBits` are the S_IFMT bits, 0 if unknown. */
  unreadable(name: RawPath, typeBits: number, code: Code): void;
}

/**
 * Reads the directory at `path` below `rootFd`. Returns undefined if the listing is complete and every
 * stat succeeded, else the code of the first failure. Throws transient failures only, after which
 * nothing is known about the directory.
 */
export function readDirectory(
  rootFd: number,
  path: RawPath,
  visitor: DirectoryVisitor,
): Code | undefined {
  const fd = openBeneath(rootFd, rawToBytes(path), O.RDONLY | O.DIRECTORY);
  if (fd < 0) return failed('open', path);
  try {
    const names: DirectoryName[] = [];
    const listing = readNames(fd, names) < 0 ? failed('list', path) : undefined;
    names.sort((a, b) => (a.name < b.name ? -1 : 1));
    return statNames(fd, path, names, visitor) ?? listing;
  } finally {
    close(fd);
  }
}

function statNames(
  fd: number,
  path: RawPath,
  names: readonly DirectoryName[],
  visitor: DirectoryVisitor,
): Code | undefined {
  let first: Code | undefined;
  for (const { name, address, type } of names) {
    if (statx(fd, address, STAT_FLAGS, STATX_BASIC, stat.address) === 0) {
      visitor.entry(name, stat);
      continue;
    }
    const code = failed('stat a name in', path);
    if (code === 'VANISHED') continue; // deleted since it was listed
    first ??= code;
    visitor.unreadable(name, type << 12, code);
  }
  return first;
}

/** Returns the code of the last error; throws it if it concerns the link and not this directory. */
function failed(operation: string, path: RawPath): Code {
  const errno = errnoName();
  const code = codeOfErrno(errno);
  if (CODES[code].class === 'transient') {
    const text = printable(path);
    throw new LonghaulError(code, `Cannot ${operation} ${text || 'the root'}: ${errno}`, {
      path: text,
    });
  }
  return code;
}
