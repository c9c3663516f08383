/** Stat calls into native memory, and comparisons that detect whether a file has changed. */
import type { RawPath } from '../../../paths.ts';
import { check, type Side, type Where } from './errno.ts';
import { AT, statx, type Block } from './libc.ts';
import { emptyAddress, nameAddress } from './names.ts';
import { STATX_BASIC, statxField as field, WORD } from './statx.ts';

/** Plain data for journals: the state of a source file when it was copied. */
export interface FileStat {
  readonly mode: number;
  readonly sizeBytes: number;
  readonly mtimeSeconds: number;
  readonly mtimeNanoseconds: number;
  readonly ctimeSeconds: number;
  readonly ctimeNanoseconds: number;
  readonly inode: string;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
}

export function statOpen(fd: number, into: Block, side: Side, where: Where): void {
  check(statx(fd, emptyAddress, AT.EMPTY_PATH, STATX_BASIC, into.address), 'stat', side, where);
}

/** Stats a name in an open directory without following a symlink. Negative on failure. */
export function statName(directoryFd: number, name: RawPath, into: Block): number {
  return statAt(directoryFd, nameAddress(name), into);
}

/** Like `statName`, for a name that is already in native memory. */
export function statAt(directoryFd: number, address: number, into: Block): number {
  return statx(directoryFd, address, AT.SYMLINK_NOFOLLOW, STATX_BASIC, into.address);
}

export function fileStat(stat: Block): FileStat {
  return {
    mode: field.mode(stat),
    sizeBytes: field.size(stat),
    mtimeSeconds: field.mtimeSeconds(stat),
    mtimeNanoseconds: field.mtimeNanoseconds(stat),
    ctimeSeconds: field.ctimeSeconds(stat),
    ctimeNanoseconds: field.ctimeNanoseconds(stat),
    inode: field.inodeText(stat),
    nlink: field.nlink(stat),
    uid: field.uid(stat),
    gid: field.gid(stat),
  };
}

/** Words that differ after any change of a file: every change sets the change time. */
const CHANGE_WORDS: readonly number[] = [
  ...[WORD.inode, WORD.inode + 1, WORD.size, WORD.size + 1],
  ...[WORD.ctimeSeconds, WORD.ctimeSeconds + 1, WORD.ctimeNanoseconds],
  ...[WORD.mtimeSeconds, WORD.mtimeSeconds + 1, WORD.mtimeNanoseconds],
];

/** Returns true if the file did not change between two stats. */
export function isUnchanged(earlier: Block, later: Block): boolean {
  for (const word of CHANGE_WORDS) if (earlier.u32[word] !== later.u32[word]) return false;
  return true;
}

/** Returns true if the file has not changed since its stat was recorded. */
export function isAsRecorded(stat: Block, recorded: FileStat): boolean {
  return (
    field.size(stat) === recorded.sizeBytes &&
    field.mtimeSeconds(stat) === recorded.mtimeSeconds &&
    field.mtimeNanoseconds(stat) === recorded.mtimeNanoseconds &&
    field.ctimeSeconds(stat) === recorded.ctimeSeconds &&
    field.ctimeNanoseconds(stat) === recorded.ctimeNanoseconds &&
    field.inodeText(stat) === recorded.inode
  );
}

/** Compares modification times. */
export function hasSameTime({ u32: a }: Block, { u32: b }: Block): boolean {
  return (
    a[WORD.mtimeSeconds] === b[WORD.mtimeSeconds] &&
    a[WORD.mtimeSeconds + 1] === b[WORD.mtimeSeconds + 1] &&
    a[WORD.mtimeNanoseconds] === b[WORD.mtimeNanoseconds]
  );
}

export function hasSameSize({ u32: a }: Block, { u32: b }: Block): boolean {
  return a[WORD.size] === b[WORD.size] && a[WORD.size + 1] === b[WORD.size + 1];
}

/** Compares file types, permissions and owners. */
export function hasSameModeAndOwner(a: Block, b: Block): boolean {
  return (
    field.mode(a) === field.mode(b) &&
    field.uid(a) === field.uid(b) &&
    field.gid(a) === field.gid(b)
  );
}
