/**
 * Bindings to libc through koffi, Linux only. A pointer is a plain number (an address) and a buffer is
 * native memory seen through typed arrays, so a call allocates nothing in JavaScript and file names need
 * not become strings. A function returns what libc returns: a negative number is an error, which
 * `errnoName()` names if it is called on the same thread before any other function of this file.
 *
 * Policy, retries and error classes are elsewhere. Sources: man pages, section 2, and linux/openat2.h.
 */
import { constants as flags } from 'node:fs';
import { constants } from 'node:os';
import koffi from 'koffi';

const libc = koffi.load('libc.so.6');
const declare = (prototype: string): ((...args: number[]) => number) =>
  libc.func(prototype.replaceAll('ssize_t', 'int64_t'));

export const AT_FDCWD = -100;
/** Flags of open(2). Node's constants where it has them: some differ between arm64 and x86-64. */
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
  // Equal on both architectures (asm-generic/fcntl.h).
  CLOEXEC: 0o2000000,
  TMPFILE: 0o20000000 | flags.O_DIRECTORY,
  PATH: 0o10000000,
} as const;
export const AT = { SYMLINK_NOFOLLOW: 0x100, REMOVEDIR: 0x200, EMPTY_PATH: 0x1000 } as const;
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
const posixMemalign = libc.func(
  'int posix_memalign(_Out_ uintptr_t *, size_t, size_t)',
) as unknown as (out: [number], alignment: number, size: number) => number;
const syscallOpenat2 = libc.func(
  'int64_t syscall(int64_t, int64_t, uintptr_t, uintptr_t, size_t)',
) as unknown as (number: number, fd: number, path: number, how: number, size: number) => number;

const ERRNO_NAMES = new Map<number, string>(
  Object.entries(constants.errno).map(([name, value]) => [value, name]),
);
// Two names share a number: prefer the common one.
ERRNO_NAMES.set(constants.errno.EAGAIN, 'EAGAIN');
ERRNO_NAMES.set(constants.errno.EOPNOTSUPP, 'EOPNOTSUPP');
// Missing in Node's table.
for (const [value, name] of [
  [112, 'EHOSTDOWN'],
  [117, 'EUCLEAN'],
  [121, 'EREMOTEIO'],
  [107, 'ENOTCONN'],
] as const) {
  ERRNO_NAMES.set(value, name);
}

/** Returns the name of the last error on this thread, such as 'ENOENT'. */
export function errnoName(): string {
  const value = koffi.errno();
  return ERRNO_NAMES.get(value) ?? `E${value}`;
}

/** Page-aligned native memory. It is never freed, so allocate once per thread. */
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

const OPENAT2 = 437; // on every architecture
const RESOLVE_NO_SYMLINKS = 0x04;
const RESOLVE_BENEATH = 0x08;
const MAX_PIECE_BYTES = 4000; // below PATH_MAX, with room for the NUL
const pathBlock = allocate(8192);
const howBlock = allocate(64); // struct open_how { u64 flags, mode, resolve }

/**
 * Opens `path` (relative; '' is the directory itself) below `rootFd`. No component may be a symlink,
 * and the walk cannot leave the root even if the tree changes meanwhile. Paths longer than PATH_MAX are
 * walked in pieces. Returns a descriptor, or a negative number; ELOOP or EXDEV means a symlink.
 */
export function openBeneath(rootFd: number, path: Buffer, flags: number, mode = 0): number {
  let at = rootFd;
  let start = 0;
  while (path.length - start > MAX_PIECE_BYTES) {
    const slash = path.lastIndexOf(0x2f, start + MAX_PIECE_BYTES);
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

/** Opens an absolute path from the configuration, in which symlinks are allowed. */
export function openRoot(path: string): number {
  const bytes = Buffer.from(path, 'utf8');
  bytes.copy(pathBlock.bytes);
  pathBlock.bytes[bytes.length] = 0;
  return openat(AT_FDCWD, pathBlock.address, O.RDONLY | O.DIRECTORY | O.CLOEXEC, 0);
}
