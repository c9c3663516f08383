/**
 * libc through koffi. Every pointer is a plain number (an address) and every buffer is native
 * memory seen through typed arrays, so a call allocates nothing in JS and file names never become
 * strings on the hot path. Linux only. Functions return what libc returns: a negative number is an
 * error, and `errnoName()` on the same thread, before any other call, says which.
 *
 * Not here: policy, retries, error classes. Sources: man pages section 2; struct layouts from
 * linux/stat.h and linux/openat2.h.
 */
import { constants as flags } from 'node:fs';
import { constants } from 'node:os';
import koffi from 'koffi';

const libc = koffi.load('libc.so.6');
const declare = (prototype: string): ((...args: number[]) => number) =>
  libc.func(prototype.replaceAll('ssize_t', 'int64_t'));

export const AT_FDCWD = -100;
/** From Node where it has them: DIRECTORY and NOFOLLOW have other numbers on arm64 than on x86-64. */
export const O = {
  RDONLY: flags.O_RDONLY,
  WRONLY: flags.O_WRONLY,
  RDWR: flags.O_RDWR,
  CREAT: flags.O_CREAT,
  EXCL: flags.O_EXCL,
  TRUNC: flags.O_TRUNC,
  NONBLOCK: flags.O_NONBLOCK,
  DIRECTORY: flags.O_DIRECTORY,
  NOFOLLOW: flags.O_NOFOLLOW,
  // The same on both (asm-generic/fcntl.h).
  CLOEXEC: 0o2000000,
  TMPFILE: 0o20000000 | flags.O_DIRECTORY,
  PATH: 0o10000000,
} as const;
export const AT = { SYMLINK_NOFOLLOW: 0x100, REMOVEDIR: 0x200, EMPTY_PATH: 0x1000 } as const;
export const STATX_BASIC = 0x7ff;
export const SEEK = { SET: 0, CUR: 1, END: 2, DATA: 3, HOLE: 4 } as const;
export const FADV_DONTNEED = 4;

export const openat = declare('int openat(int, uintptr_t, int, int)');
export const close = declare('int close(int)');
export const read = declare('ssize_t read(int, uintptr_t, size_t)');
export const write = declare('ssize_t write(int, uintptr_t, size_t)');
export const pread = declare('ssize_t pread(int, uintptr_t, size_t, int64_t)');
export const pwrite = declare('ssize_t pwrite(int, uintptr_t, size_t, int64_t)');
export const lseek = declare('int64_t lseek(int, int64_t, int)');
export const statx = declare('int statx(int, uintptr_t, int, uint, uintptr_t)');
export const fchown = declare('int fchown(int, uint, uint)');
export const fchownat = declare('int fchownat(int, uintptr_t, uint, uint, int)');
export const fchmod = declare('int fchmod(int, uint)');
export const fchmodat = declare('int fchmodat(int, uintptr_t, uint, int)');
export const futimens = declare('int futimens(int, uintptr_t)');
export const utimensat = declare('int utimensat(int, uintptr_t, uintptr_t, int)');
export const ftruncate = declare('int ftruncate(int, int64_t)');
export const fdatasync = declare('int fdatasync(int)');
export const syncfs = declare('int syncfs(int)');
export const renameat = declare('int renameat(int, uintptr_t, int, uintptr_t)');
export const unlinkat = declare('int unlinkat(int, uintptr_t, int)');
export const mkdirat = declare('int mkdirat(int, uintptr_t, int)');
export const mknodat = declare('int mknodat(int, uintptr_t, uint, uint64_t)');
export const linkat = declare('int linkat(int, uintptr_t, int, uintptr_t, int)');
export const symlinkat = declare('int symlinkat(uintptr_t, int, uintptr_t)');
export const readlinkat = declare('ssize_t readlinkat(int, uintptr_t, uintptr_t, size_t)');
export const getdents64 = declare('ssize_t getdents64(int, uintptr_t, size_t)');
export const fadvise = declare('int posix_fadvise(int, int64_t, int64_t, int)');
export const flistxattr = declare('ssize_t flistxattr(int, uintptr_t, size_t)');
export const fgetxattr = declare('ssize_t fgetxattr(int, uintptr_t, uintptr_t, size_t)');
export const fsetxattr = declare('int fsetxattr(int, uintptr_t, uintptr_t, size_t, int)');
export const fremovexattr = declare('int fremovexattr(int, uintptr_t)');
export const llistxattr = declare('ssize_t llistxattr(uintptr_t, uintptr_t, size_t)');
export const lgetxattr = declare('ssize_t lgetxattr(uintptr_t, uintptr_t, uintptr_t, size_t)');
export const lsetxattr = declare('int lsetxattr(uintptr_t, uintptr_t, uintptr_t, size_t, int)');
export const flock = declare('int flock(int, int)');
const posixMemalign = libc.func(
  'int posix_memalign(_Out_ uintptr_t *, size_t, size_t)',
) as unknown as (out: [number], alignment: number, size: number) => number;
const syscallOpenat2 = libc.func(
  'int64_t syscall(int64_t, int64_t, uintptr_t, uintptr_t, size_t)',
) as unknown as (number: number, fd: number, path: number, how: number, size: number) => number;

const ERRNO_NAMES = new Map<number, string>(
  Object.entries(constants.errno).map(([name, value]) => [value, name]),
);
// Two names with one number: the common one wins.
ERRNO_NAMES.set(constants.errno.EAGAIN, 'EAGAIN');
ERRNO_NAMES.set(constants.errno.EOPNOTSUPP, 'EOPNOTSUPP');
// Not in Node's table.
for (const [value, name] of [
  [112, 'EHOSTDOWN'],
  [117, 'EUCLEAN'],
  [121, 'EREMOTEIO'],
  [107, 'ENOTCONN'],
] as const) {
  ERRNO_NAMES.set(value, name);
}

/** Name of the last error on this thread, such as 'ENOENT'. */
export function errnoName(): string {
  const value = koffi.errno();
  return ERRNO_NAMES.get(value) ?? `E${value}`;
}

/** Page-aligned native memory, never freed: allocate once a thread. */
export interface Block {
  readonly address: number;
  readonly size: number;
  readonly bytes: Buffer;
  readonly u32: Uint32Array;
  readonly i64: BigInt64Array;
}

export function allocate(size: number): Block {
  const out: [number] = [0];
  if (posixMemalign(out, 4096, size) !== 0) throw new Error(`Cannot allocate ${size} bytes`);
  const address = Number(out[0]);
  const memory = koffi.view(BigInt(address), size);
  return {
    address,
    size,
    bytes: Buffer.from(memory),
    u32: new Uint32Array(memory),
    i64: new BigInt64Array(memory),
  };
}

// --- struct statx (linux/stat.h): offsets in bytes
//  mask 0, blksize 4, nlink 16, uid 20, gid 24, mode 28 (u16), ino 32, size 40, blocks 48,
//  atime 64 (s i64, ns u32 at 72), btime 80, ctime 96, mtime 112, rdev major 128 minor 132, dev major 136 minor 140
export const STATX_SIZE = 256;
/** Reads fields of a struct statx that lies at `offset` of a block. */
export const statxField = {
  nlink: (b: Block, offset = 0): number => b.u32[(offset + 16) >> 2]!,
  uid: (b: Block, offset = 0): number => b.u32[(offset + 20) >> 2]!,
  gid: (b: Block, offset = 0): number => b.u32[(offset + 24) >> 2]!,
  mode: (b: Block, offset = 0): number => b.u32[(offset + 28) >> 2]! & 0xffff,
  inode: (b: Block, offset = 0): bigint => BigInt.asUintN(64, b.i64[(offset + 32) >> 3]!),
  /** In decimal; without a BigInt for all inodes below 2^53. */
  inodeText: (b: Block): string => {
    const inode = u64(b, 32);
    return String(Number.isSafeInteger(inode) ? inode : statxField.inode(b));
  },
  size: (b: Block, offset = 0): number => u64(b, offset + 40),
  blocks: (b: Block, offset = 0): number => u64(b, offset + 48),
  atimeSeconds: (b: Block, offset = 0): number => i64(b, offset + 64),
  atimeNanoseconds: (b: Block, offset = 0): number => b.u32[(offset + 72) >> 2]!,
  ctimeSeconds: (b: Block, offset = 0): number => i64(b, offset + 96),
  ctimeNanoseconds: (b: Block, offset = 0): number => b.u32[(offset + 104) >> 2]!,
  mtimeSeconds: (b: Block, offset = 0): number => i64(b, offset + 112),
  mtimeNanoseconds: (b: Block, offset = 0): number => b.u32[(offset + 120) >> 2]!,
  rdevMajor: (b: Block, offset = 0): number => b.u32[(offset + 128) >> 2]!,
  rdevMinor: (b: Block, offset = 0): number => b.u32[(offset + 132) >> 2]!,
  devMajor: (b: Block, offset = 0): number => b.u32[(offset + 136) >> 2]!,
  devMinor: (b: Block, offset = 0): number => b.u32[(offset + 140) >> 2]!,
} as const;

function u64(b: Block, offset: number): number {
  return b.u32[offset >> 2]! + b.u32[(offset >> 2) + 1]! * 2 ** 32;
}

function i64(b: Block, offset: number): number {
  return b.u32[offset >> 2]! + (b.u32[(offset >> 2) + 1]! | 0) * 2 ** 32;
}

// --- opening a path without following a symlink anywhere in it
const OPENAT2 = 437; // same number on every architecture
const RESOLVE_NO_SYMLINKS = 0x04;
const RESOLVE_BENEATH = 0x08;
const PIECE = 4000; // below PATH_MAX with room for the NUL
const pathBlock = allocate(8192);
const howBlock = allocate(64); // struct open_how { u64 flags, mode, resolve }

/**
 * Opens `path` (bytes, relative, '' = the directory itself) below `rootFd`. No component may be a
 * symlink and the walk cannot leave the root, whatever happens to the tree meanwhile; paths longer
 * than PATH_MAX are walked in pieces. Returns a descriptor or a negative number (see errnoName;
 * ELOOP or EXDEV = a symlink was in the way).
 */
export function openBeneath(rootFd: number, path: Buffer, flags: number, mode = 0): number {
  let at = rootFd;
  let start = 0;
  while (path.length - start > PIECE) {
    const slash = path.lastIndexOf(0x2f, start + PIECE);
    const next = openPiece(at, path.subarray(start, slash), O.PATH | O.DIRECTORY, 0);
    if (at !== rootFd) closeKeepingErrno(at);
    if (next < 0) return next;
    at = next;
    start = slash + 1;
  }
  const fd = openPiece(at, path.subarray(start), flags, mode);
  if (at !== rootFd) closeKeepingErrno(at);
  return fd;
}

function openPiece(at: number, piece: Buffer, flags: number, mode: number): number {
  if (piece.length === 0)
    pathBlock.bytes[0] = 0x2e; // '.'
  else piece.copy(pathBlock.bytes);
  pathBlock.bytes[Math.max(1, piece.length)] = 0;
  howBlock.i64[0] = BigInt(flags | O.CLOEXEC | O.NOFOLLOW);
  howBlock.i64[1] = BigInt(mode);
  howBlock.i64[2] = BigInt(RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH);
  return syscallOpenat2(OPENAT2, at, pathBlock.address, howBlock.address, 24);
}

function closeKeepingErrno(fd: number): void {
  const saved = koffi.errno();
  close(fd);
  koffi.errno(saved);
}

/** Opens an absolute path of the operator's own (symlinks allowed: it is configuration, not data). */
export function openRoot(path: string): number {
  const bytes = Buffer.from(path, 'utf8');
  bytes.copy(pathBlock.bytes);
  pathBlock.bytes[bytes.length] = 0;
  return openat(AT_FDCWD, pathBlock.address, O.RDONLY | O.DIRECTORY | O.CLOEXEC, 0);
}
