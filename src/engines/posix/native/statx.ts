/** From struct statx to the fields of a catalog entry. */
import type { EntryFields } from '../../../catalog/codec.ts';
import { statxField as field, type Block } from './libc.ts';

export const S_IFMT = 0o170000;
export const S_IFDIR = 0o040000;
export const S_IFREG = 0o100000;
export const S_IFLNK = 0o120000;

export type MutableFields = { -readonly [K in keyof EntryFields]: EntryFields[K] };

export function emptyFields(name = '', mode = 0): MutableFields {
  return {
    name,
    mode,
    sizeBytes: 0,
    mtimeSeconds: 0,
    mtimeNanoseconds: 0,
    ctimeSeconds: 0,
    ctimeNanoseconds: 0,
    inode: 0,
    nlink: 1,
    uid: 0,
    gid: 0,
  };
}

const HIGH = 2 ** 32;
/** Of the high words: those of numbers that a double holds exactly. */
const SAFE = 2 ** 21;

/** Overwrites all fields of `into` but its name. By the words of struct statx (sys.ts): a call a field costs more than the field. */
export function readFields({ u32, i64 }: Block, into: MutableFields): void {
  into.mode = u32[7]! & 0xffff;
  into.sizeBytes = u32[10]! + u32[11]! * HIGH;
  into.mtimeSeconds = u32[28]! + (u32[29]! | 0) * HIGH;
  into.mtimeNanoseconds = u32[30]!;
  into.ctimeSeconds = u32[24]! + (u32[25]! | 0) * HIGH;
  into.ctimeNanoseconds = u32[26]!;
  into.inode = u32[9]! < SAFE ? u32[8]! + u32[9]! * HIGH : BigInt.asUintN(64, i64[4]!);
  into.nlink = u32[4]!;
  into.uid = u32[5]!;
  into.gid = u32[6]!;
}

let lastMajor = -1;
let lastMinor = -1;
let lastDevice = '';

/** 'major:minor' of the device that an entry lies on. */
export function deviceOf(stat: Block): string {
  const major = field.devMajor(stat);
  const minor = field.devMinor(stat);
  if (major !== lastMajor || minor !== lastMinor) {
    lastMajor = major;
    lastMinor = minor;
    lastDevice = `${major}:${minor}`; // nearly always the same one: made once
  }
  return lastDevice;
}
