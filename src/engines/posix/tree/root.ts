/** The root of a tree as a descriptor: whoever holds it keeps seeing that tree, whatever is mounted over it. */
import { closeSync } from 'node:fs';
import { codeOfErrno } from '../../../errors/errno.ts';
import { LonghaulError } from '../../../errors/failure.ts';
import { type Code } from '../../../errors/codes.ts';
import { deviceOf } from '../native/statx.ts';
import {
  allocate,
  AT,
  errnoName,
  openRoot,
  statx,
  STATX_BASIC,
  STATX_SIZE,
  statxField,
} from '../native/libc.ts';

const stat = allocate(STATX_SIZE);
const empty = allocate(16);
empty.bytes[0] = 0; // the empty string, for AT_EMPTY_PATH

export interface OpenTree {
  readonly fd: number;
  /** 'major:minor' */
  readonly device: string;
  readonly inode: bigint;
}

/** Throws `missing` when there is no such directory, a transient code when the link is away. */
export function openTree(path: string, missing: Code = 'SOURCE_MISSING'): OpenTree {
  const fd = openRoot(path);
  if (fd < 0) throw cannotOpen(path, missing);
  if (statx(fd, empty.address, AT.EMPTY_PATH, STATX_BASIC, stat.address) < 0) {
    const error = cannotOpen(path, missing);
    closeSync(fd);
    throw error;
  }
  return { fd, device: deviceOf(stat), inode: statxField.inode(stat) };
}

function cannotOpen(path: string, missing: Code): LonghaulError {
  const errno = errnoName();
  const code = codeOfErrno(errno);
  const gone = errno === 'ENOENT' || errno === 'ENOTDIR';
  return new LonghaulError(gone ? missing : code, `Cannot open ${path}: ${errno}`, {
    path,
  });
}
