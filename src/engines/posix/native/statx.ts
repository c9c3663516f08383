/** struct statx: the only file that knows its layout, with readers that allocate nothing. */
import type { EntryFields } from '../../../catalog/codec.ts';
import { allocate, type Block } from './libc.ts';

export const S_IFMT = 0o170000;
export const S_IFDIR = 0o040000;
export const S_IFREG = 0o100000;
export const S_IFLNK = 0o120000;

const STATX_BYTES = 256;
/** STATX_BASIC_STATS of statx(2): every field that is read here. */
export const STATX_BASIC = 0x7ff;

/** Memory for one struct statx. It is never freed, so create it once per thread. */
export const newStatBuffer = (): Block => allocate(STATX_BYTES);

/**
 * Index of each field among the 32-bit words of the struct (linux/stat.h). Inode, size, blocks and
 * seconds take two words, the low one first. Read single words where a reader per field is too slow.
 */
export const WORD = {
  nlink: 4,
  uid: 5,
  gid: 6,
  /** 16 bits, then padding. */
  mode: 7,
  inode: 8,
  size: 10,
  blocks: 12,
  atimeSeconds: 16,
  atimeNanoseconds: 18,
  ctimeSeconds: 24,
  ctimeNanoseconds: 26,
  mtimeSeconds: 28,
  mtimeNanoseconds: 30,
  rdevMajor: 32,
  rdevMinor: 33,
  devMajor: 34,
  devMinor: 35,
} as const;
const MODE_BITS = 0xffff;

/** Readers of single fields. */
export const statxField = {
  nlink: ({ u32 }: Block): number => u32[WORD.nlink]!,
  uid: ({ u32 }: Block): number => u32[WORD.uid]!,
  gid: ({ u32 }: Block): number => u32[WORD.gid]!,
  /** With the file type bits. */
  mode: ({ u32 }: Block): number => u32[WORD.mode]! & MODE_BITS,
  inode: (stat: Block): bigint => BigInt.asUintN(64, stat.i64[WORD.inode / 2]!),
  /** In decimal; creates a BigInt only for inodes from 2^53 on. */
  inodeText: (stat: Block): string => {
    const inode = unsigned(stat, WORD.inode);
    return String(Number.isSafeInteger(inode) ? inode : statxField.inode(stat));
  },
  size: (stat: Block): number => unsigned(stat, WORD.size),
  /** Allocated space in units of 512 bytes. */
  blocks: (stat: Block): number => unsigned(stat, WORD.blocks),
  ctimeSeconds: (stat: Block): number => signed(stat, WORD.ctimeSeconds),
  ctimeNanoseconds: ({ u32 }: Block): number => u32[WORD.ctimeNanoseconds]!,
  mtimeSeconds: (stat: Block): number => signed(stat, WORD.mtimeSeconds),
  mtimeNanoseconds: ({ u32 }: Block): number => u32[WORD.mtimeNanoseconds]!,
  rdevMajor: ({ u32 }: Block): number => u32[WORD.rdevMajor]!,
  rdevMinor: ({ u32 }: Block): number => u32[WORD.rdevMinor]!,
} as const;

const HIGH = 2 ** 32;

function unsigned({ u32 }: Block, word: number): number {
  return u32[word]! + u32[word + 1]! * HIGH;
}

function signed({ u32 }: Block, word: number): number {
  return u32[word]! + (u32[word + 1]! | 0) * HIGH;
}

export type MutableEntryFields = { -readonly [K in keyof EntryFields]: EntryFields[K] };

export function emptyEntryFields(name = '', mode = 0): MutableEntryFields {
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

/** Limit of the high word up to which a double holds a 64-bit number exactly. */
const MAX_EXACT_HIGH = 2 ** 21;

/** Overwrites all fields of `into` except its name. Reads words: a call per field costs too much. */
export function readEntryFields({ u32, i64 }: Block, into: MutableEntryFields): void {
  into.mode = u32[WORD.mode]! & MODE_BITS;
  into.sizeBytes = u32[WORD.size]! + u32[WORD.size + 1]! * HIGH;
  into.mtimeSeconds = u32[WORD.mtimeSeconds]! + (u32[WORD.mtimeSeconds + 1]! | 0) * HIGH;
  into.mtimeNanoseconds = u32[WORD.mtimeNanoseconds]!;
  into.ctimeSeconds = u32[WORD.ctimeSeconds]! + (u32[WORD.ctimeSeconds + 1]! | 0) * HIGH;
  into.ctimeNanoseconds = u32[WORD.ctimeNanoseconds]!;
  into.inode =
    u32[WORD.inode + 1]! < MAX_EXACT_HIGH
      ? u32[WORD.inode]! + u32[WORD.inode + 1]! * HIGH
      : BigInt.asUintN(64, i64[WORD.inode / 2]!);
  into.nlink = u32[WORD.nlink]!;
  into.uid = u32[WORD.uid]!;
  into.gid = u32[WORD.gid]!;
}

let lastMajor = -1;
let lastMinor = -1;
let lastDevice = '';

/** Returns 'major:minor' of the device that the entry is on. */
export function deviceOf({ u32 }: Block): string {
  const major = u32[WORD.devMajor]!;
  const minor = u32[WORD.devMinor]!;
  if (major !== lastMajor || minor !== lastMinor) {
    lastMajor = major;
    lastMinor = minor;
    lastDevice = `${major}:${minor}`; // cached, because nearly all entries are on one device
  }
  return lastDevice;
}

/**
 * Returns true if the entry is a directory on another device than the tree's root, `rootDevice` ('major:minor').
 * Files do not count: on overlayfs they have other device numbers than their directories (overlayfs.rst of the
 * kernel, "Inode properties"), and a file that is mounted by itself belongs to the tree that shows it.
 */
export function isMountPoint(stat: Block, rootDevice: string): boolean {
  const isDirectory = (stat.u32[WORD.mode]! & S_IFMT) === S_IFDIR;
  return isDirectory && deviceOf(stat) !== rootDevice;
}
