/** Copies the bytes of an open file, takes their digest, and respects the rate limit. */
import { LonghaulError } from '../../../errors/failure.ts';
import { check, nativeError, type Side, type Where } from '../native/errno.ts';
import {
  allocate,
  errnoName,
  ftruncate,
  lseek,
  pread,
  pwrite,
  read,
  SEEK,
  write,
} from '../native/libc.ts';
import {
  digestOf,
  newDigester,
  type Digest,
  type Digester,
  type DigestName,
} from '../round/digest.ts';
import type { ThreadContext } from '../threads/messages.ts';
import { takeTokens } from '../threads/rate-limit.ts';

export const BLOCK_BYTES = 256 * 1024;
const block = allocate(BLOCK_BYTES);
const zeros = Buffer.alloc(BLOCK_BYTES);

/** Two open files, and what is needed to copy from one to the other. */
export interface Transfer {
  readonly from: number;
  readonly to: number;
  readonly where: Where;
  readonly digest: DigestName;
  readonly context: ThreadContext;
}

/** Throws INTERRUPTED between two blocks: the rest of a file can take long on a slow link. */
function throwIfStopped({ stopped }: ThreadContext): void {
  if (stopped()) throw new LonghaulError('INTERRUPTED', 'The copy was stopped');
}

/** Copies exactly `size` bytes from the start; returns undefined if the file is shorter. */
export function copyDense(transfer: Transfer, size: number): Digest | undefined {
  if (size <= BLOCK_BYTES) return copySmall(transfer, size);
  const { from, to, where, digest, context } = transfer;
  const digester = newDigester(digest);
  for (let done = 0; done < size;) {
    if (done > 0) throwIfStopped(context);
    const length = check(read(from, block.address, BLOCK_BYTES), 'read', 'source', where);
    if (length === 0) return undefined;
    takeTokens(context.shared, length, context.stopped);
    digester.update(block.bytes.subarray(0, length));
    writeAll(to, length, where);
    done += length;
  }
  return digester.finish();
}

/** Copies a file that fits into one block: one read, one write. A short read means it changed. */
function copySmall(
  { from, to, where, digest, context }: Transfer,
  size: number,
): Digest | undefined {
  if (size > 0) {
    const length = check(read(from, block.address, BLOCK_BYTES), 'read', 'source', where);
    if (length < size) return undefined;
    takeTokens(context.shared, length, context.stopped);
    writeAll(to, length, where);
  }
  return digestOf(digest, new Uint8Array(block.bytes.buffer, block.bytes.byteOffset, size));
}

function writeAll(to: number, length: number, where: Where): void {
  for (let done = 0; done < length;) {
    done += check(write(to, block.address + done, length - done), 'write', 'destination', where);
  }
}

/** Receives the bytes: one digester, or several. */
export type DigestSink = Pick<Digester, 'update'>;

/** Copies `[start, end)` by position; returns false if the file is shorter. */
export function copyRange(
  { from, to, where, context }: Transfer,
  start: number,
  end: number,
  sink: DigestSink,
): boolean {
  for (let at = start; at < end;) {
    if (at > start) throwIfStopped(context);
    const wanted = Math.min(BLOCK_BYTES, end - at);
    const length = check(pread(from, block.address, wanted, at), 'read', 'source', where);
    if (length === 0) return false;
    takeTokens(context.shared, length, context.stopped);
    sink.update(block.bytes.subarray(0, length));
    for (let done = 0; done < length;) {
      done += check(
        pwrite(to, block.address + done, length - done, at + done),
        'write',
        'destination',
        where,
      );
    }
    at += length;
  }
  return true;
}

/** Like `copyRange`, but holes stay holes. The digest includes them as zeros. */
export function copySparseRange(
  transfer: Transfer,
  start: number,
  end: number,
  sink: DigestSink,
): boolean {
  const { from, where } = transfer;
  for (let at = start; at < end;) {
    const data = nextData(from, at, end, where);
    updateWithZeros(sink, data - at);
    if (data >= end) break;
    const hole = Math.min(
      end,
      check(lseek(from, data, SEEK.HOLE), 'look for holes in', 'source', where),
    );
    if (!copyRange(transfer, data, hole, sink)) return false;
    at = hole;
  }
  return true;
}

function nextData(fd: number, at: number, end: number, where: Where): number {
  const found = lseek(fd, at, SEEK.DATA);
  if (found >= 0) return Math.min(found, end);
  if (errnoName() === 'ENXIO') return end; // only a hole up to the end of the file
  throw nativeError('look for data in', 'source', where);
}

function updateWithZeros(sink: DigestSink, count: number): void {
  for (let left = count; left > 0; left -= BLOCK_BYTES) {
    sink.update(left < BLOCK_BYTES ? zeros.subarray(0, left) : zeros);
  }
}

/** Copies a whole file with holes. Setting the length creates the last hole. */
export function copySparse(transfer: Transfer, size: number): Digest | undefined {
  const digester = newDigester(transfer.digest);
  if (!copySparseRange(transfer, 0, size, digester)) return undefined;
  check(ftruncate(transfer.to, size), 'set the length of', 'destination', transfer.where);
  return digester.finish();
}

interface DigestedRange {
  readonly sink: DigestSink;
  readonly where: Where;
  readonly side: Side;
  readonly stopped: () => boolean;
}

/** Reads `[start, end)` of an open file into a digest; returns false if it is shorter, or if stopped. */
export function digestRange(
  fd: number,
  start: number,
  end: number,
  { sink, where, side, stopped }: DigestedRange,
): boolean {
  for (let at = start; at < end;) {
    if (stopped()) return false;
    const wanted = Math.min(BLOCK_BYTES, end - at);
    const length = check(pread(fd, block.address, wanted, at), 'read', side, where);
    if (length === 0) return false;
    sink.update(block.bytes.subarray(0, length));
    at += length;
  }
  return true;
}
