/** Opens the root of a tree. The descriptor keeps referring to that tree, even if another is mounted over it. */
import { closeSync } from 'node:fs';
import { codeOfErrno } from '../../../errors/errno.ts';
import { LonghaulError } from '../../../errors/failure.ts';
import { type Code } from '../../../errors/codes.ts';
import { deviceOf, newStatBuffer, STATX_BASIC, statxField } from '../native/statx.ts';
import { AT, errnoName, openRoot, statx } from '../native/libc.ts';
import { emptyAddress } from '../native/names.ts';

const stat = newStatBuffer();

export interface OpenTree {
  readonly fd: number;
  /** 'major:minor' */
  readonly device: string;
  readonly inode: bigint;
}

/** Throws `missing` if there is no such directory, a transient code if the link is down. */
export function openTree(path: string, missing: Code = 'SOURCE_MISSING'): OpenTree {
  const fd = openRoot(path);
  if (fd < 0) throw cannotOpen(path, missing);
  if (statx(fd, emptyAddress, AT.EMPTY_PATH, STATX_BASIC, stat.address) < 0) {
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
