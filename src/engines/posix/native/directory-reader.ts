/**
 * Thread side: lists one directory with getdents64 and stats each name once, by the bytes that the
 * kernel gave, relative to the open directory. No symlink is followed on the way or at the end.
 */
import { CODES, type Code } from '../../../errors/codes.ts';
import { codeOfErrno } from '../../../errors/errno.ts';
import { LonghaulError } from '../../../errors/failure.ts';
import { printable, rawToBytes, type RawPath } from '../../../paths.ts';
import {
  allocate,
  AT,
  close,
  errnoName,
  getdents64,
  O,
  openBeneath,
  statx,
  STATX_BASIC,
  STATX_SIZE,
  type Block,
} from './libc.ts';

const DENTS_BYTES = 64 * 1024;
/** Native memory is never given back, so the listing of the largest directory seen stays. */
const dents: Block[] = [];
const statBlock = allocate(STATX_SIZE);
const NO_AUTOMOUNT = 0x800;

export interface DirectoryVisitor {
  /** A name and its struct statx, valid during the call. Names come in bytewise order. */
  entry(name: RawPath, stat: Block): void;
  /** A name that is listed but cannot be looked at; `typeBits` are the S_IFMT bits, 0 when unknown. */
  unreadable(name: RawPath, typeBits: number, code: Code): void;
}

interface Name {
  readonly name: RawPath;
  /** Of its bytes in native memory. */
  readonly address: number;
  readonly type: number;
}

/**
 * Reads the directory at `path` below `rootFd`. Returns undefined when it was listed to its end and
 * every name could be looked at, else the code of the first failure. Throws only a transient
 * failure: then nothing is known.
 */
export function readDirectory(
  rootFd: number,
  path: RawPath,
  visitor: DirectoryVisitor,
): Code | undefined {
  const fd = openBeneath(rootFd, rawToBytes(path), O.RDONLY | O.DIRECTORY);
  if (fd < 0) return failed('open', path);
  try {
    const names: Name[] = [];
    const listing = listNames(fd, path, names);
    names.sort((a, b) => (a.name < b.name ? -1 : 1));
    return statNames(fd, path, names, visitor) ?? listing;
  } finally {
    close(fd);
  }
}

function listNames(fd: number, path: RawPath, names: Name[]): Code | undefined {
  for (let i = 0; ; i++) {
    const block = (dents[i] ??= allocate(DENTS_BYTES));
    const length = getdents64(fd, block.address, DENTS_BYTES);
    if (length < 0) return failed('list', path);
    if (length === 0) return undefined;
    collectNames(block, length, names);
  }
}

/** struct linux_dirent64: u64 inode, i64 offset, u16 record length, u8 type, name with NUL. */
function collectNames({ bytes, address }: Block, length: number, names: Name[]): void {
  for (let at = 0; at < length;) {
    const start = at + 19;
    const type = bytes[at + 18]!;
    at += bytes[at + 16]! | (bytes[at + 17]! << 8);
    let end = start;
    while (bytes[end] !== 0) end++;
    if (bytes[start] === 0x2e) {
      const size = end - start;
      if (size === 1 || (size === 2 && bytes[start + 1] === 0x2e)) continue;
    }
    names.push({ name: bytes.toString('latin1', start, end), address: address + start, type });
  }
}

function statNames(
  fd: number,
  path: RawPath,
  names: readonly Name[],
  visitor: DirectoryVisitor,
): Code | undefined {
  let first: Code | undefined;
  for (const { name, address, type } of names) {
    const flags = AT.SYMLINK_NOFOLLOW | NO_AUTOMOUNT;
    if (statx(fd, address, flags, STATX_BASIC, statBlock.address) === 0) {
      visitor.entry(name, statBlock);
      continue;
    }
    const code = failed('look at a name in', path);
    if (code === 'VANISHED') continue; // deleted since it was listed: as if it never was
    first ??= code;
    visitor.unreadable(name, type << 12, code); // DT_x << 12 is S_IFx
  }
  return first;
}

/** The code of the last error; throws it when it is the link and not this directory. */
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
