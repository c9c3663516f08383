/** What Node's fs cannot do and trees in tests need: times in nanoseconds, extended attributes. */
import {
  allocate,
  AT,
  AT_FDCWD,
  errnoName,
  lgetxattr,
  llistxattr,
  lsetxattr,
  utimensat,
} from '../../../src/engines/posix/native/libc.ts';

const pathBlock = allocate(8192);
const nameBlock = allocate(512);
const valueBlock = allocate(65536);

function cString(block: { bytes: Buffer; address: number }, bytes: Buffer): number {
  bytes.copy(block.bytes);
  block.bytes[bytes.length] = 0;
  return block.address;
}

function check(result: number, what: string, path: Buffer): number {
  if (result < 0) throw new Error(`${what} ${path.toString('latin1')}: ${errnoName()}`);
  return result;
}

/** Sets access and modification time, of a symlink itself too. */
export function setTimes(path: Buffer, mtimeNs: bigint): void {
  const second = 1_000_000_000n;
  const nanoseconds = ((mtimeNs % second) + second) % second;
  for (const i of [0, 2]) {
    valueBlock.i64[i] = (mtimeNs - nanoseconds) / second;
    valueBlock.i64[i + 1] = nanoseconds;
  }
  const at = cString(pathBlock, path);
  check(utimensat(AT_FDCWD, at, valueBlock.address, AT.SYMLINK_NOFOLLOW), 'utimensat', path);
}

export function setXattr(path: Buffer, name: string, value: Buffer): void {
  value.copy(valueBlock.bytes);
  const key = cString(nameBlock, Buffer.from(name));
  check(
    lsetxattr(cString(pathBlock, path), key, valueBlock.address, value.length, 0),
    'lsetxattr',
    path,
  );
}

export function readXattrs(path: Buffer): Record<string, string> {
  const length = check(
    llistxattr(cString(pathBlock, path), valueBlock.address, valueBlock.size),
    'llistxattr',
    path,
  );
  const names = valueBlock.bytes.toString('latin1', 0, length).split('\0').filter(Boolean).sort();
  return Object.fromEntries(names.map((name) => [name, readXattr(path, name)]));
}

function readXattr(path: Buffer, name: string): string {
  const key = cString(nameBlock, Buffer.from(name));
  const size = lgetxattr(cString(pathBlock, path), key, valueBlock.address, valueBlock.size);
  return valueBlock.bytes.toString('latin1', 0, check(size, 'lgetxattr', path));
}
