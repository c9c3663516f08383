/** From struct statx to the fields of a catalog entry. */
import type { EntryFields } from '../../ledger/catalog-codec.ts';
import { statxField as field, type Block } from './sys.ts';

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
    inode: 0n,
    nlink: 1,
    uid: 0,
    gid: 0,
  };
}

/** Overwrites all fields of `into` but its name. */
export function readFields(stat: Block, into: MutableFields): void {
  into.mode = field.mode(stat);
  into.sizeBytes = field.size(stat);
  into.mtimeSeconds = field.mtimeSeconds(stat);
  into.mtimeNanoseconds = field.mtimeNanoseconds(stat);
  into.ctimeSeconds = field.ctimeSeconds(stat);
  into.ctimeNanoseconds = field.ctimeNanoseconds(stat);
  into.inode = field.inode(stat);
  into.nlink = field.nlink(stat);
  into.uid = field.uid(stat);
  into.gid = field.gid(stat);
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
