/** Lists the names in an open directory with getdents64, as the bytes that the kernel returns. */
import type { RawPath } from '../../../paths.ts';
import { check, type Side } from './errno.ts';
import { allocate, getdents64, type Block } from './libc.ts';

const BLOCK_BYTES = 64 * 1024;
/** Blocks of the largest directory so far: native memory is never freed. */
const blocks: Block[] = [];

export interface DirectoryName {
  readonly name: RawPath;
  /** Address of its NUL-terminated bytes, valid until the next listing on this thread. */
  readonly address: number;
  /** DT_* of readdir(3), which is S_IF* shifted right by 12 bits; 0 if unknown. */
  readonly type: number;
}

const DT_DIR = 4;
export const isDirectory = ({ type }: DirectoryName): boolean => type === DT_DIR;

/** Appends all names except '.' and '..'. Returns a negative number if the listing is incomplete. */
export function readNames(fd: number, into: DirectoryName[]): number {
  for (let i = 0; ; i++) {
    const block = (blocks[i] ??= allocate(BLOCK_BYTES));
    const length = getdents64(fd, block.address, BLOCK_BYTES);
    if (length <= 0) return length;
    parse(block, length, into);
  }
}

/** Lists an open directory. Throws the failure of the listing. */
export function namesIn(fd: number, side: Side, path: RawPath): readonly DirectoryName[] {
  const names: DirectoryName[] = [];
  check(readNames(fd, names), 'list', side, path);
  return names;
}

/** struct linux_dirent64: u64 inode, i64 offset, u16 record length, u8 type, name with NUL. */
function parse({ bytes, address }: Block, length: number, into: DirectoryName[]): void {
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
    into.push({ name: bytes.toString('latin1', start, end), address: address + start, type });
  }
}
