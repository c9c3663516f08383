/** What a file was when it was copied: enough to tell later whether the source changed since. */
import { check, type Side, type Where } from './errno.ts';
import { emptyAddress, nameAddress } from './names.ts';
import {
  allocate,
  AT,
  statx,
  STATX_BASIC,
  STATX_SIZE,
  statxField as field,
  type Block,
} from './libc.ts';
import type { RawPath } from '../../../paths.ts';

/** Plain data: it goes into journals. */
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

export const before = allocate(STATX_SIZE);
export const after = allocate(STATX_SIZE);

export function statOpen(fd: number, into: Block, side: Side, where: Where): void {
  check(statx(fd, emptyAddress, AT.EMPTY_PATH, STATX_BASIC, into.address), 'stat', side, where);
}

/** Stats a name in an open directory; the symlink itself. Returns a negative number on failure. */
export function statName(directoryFd: number, name: RawPath, into: Block): number {
  return statAt(directoryFd, nameAddress(name), into);
}

/** The same of a name in native memory. */
export function statAt(directoryFd: number, address: number, into: Block): number {
  return statx(directoryFd, address, AT.SYMLINK_NOFOLLOW, STATX_BASIC, into.address);
}

export function fileStat(b: Block): FileStat {
  return {
    mode: field.mode(b),
    sizeBytes: field.size(b),
    mtimeSeconds: field.mtimeSeconds(b),
    mtimeNanoseconds: field.mtimeNanoseconds(b),
    ctimeSeconds: field.ctimeSeconds(b),
    ctimeNanoseconds: field.ctimeNanoseconds(b),
    inode: field.inodeText(b),
    nlink: field.nlink(b),
    uid: field.uid(b),
    gid: field.gid(b),
  };
}

/** Words of struct statx (sys.ts): inode, size, seconds and nanoseconds of the change and of the modification. */
const MOMENT = [8, 9, 10, 11, 24, 25, 26, 28, 29, 30];

/** Whether nothing happened to a file between two stats. The change time sees every change. */
export function sameMoment(a: Block, b: Block): boolean {
  for (const word of MOMENT) if (a.u32[word] !== b.u32[word]) return false;
  return true;
}

/** The same, against what a journal remembers. */
export function sameAsRecorded(b: Block, recorded: FileStat): boolean {
  return (
    field.size(b) === recorded.sizeBytes &&
    field.mtimeSeconds(b) === recorded.mtimeSeconds &&
    field.mtimeNanoseconds(b) === recorded.mtimeNanoseconds &&
    field.ctimeSeconds(b) === recorded.ctimeSeconds &&
    field.ctimeNanoseconds(b) === recorded.ctimeNanoseconds &&
    field.inodeText(b) === recorded.inode
  );
}
