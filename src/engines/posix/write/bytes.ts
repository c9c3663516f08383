/** The bytes of an open file into another, with their digest, at the pace of the link. */
import { LonghaulError } from '../../../errors/failure.ts';
import {
  digestOf,
  newDigester,
  type Digester,
  type Digest,
  type DigestName,
} from '../round/digest.ts';
import type { ThreadContext } from '../threads/messages.ts';
import { check, nativeError, type Where } from '../native/errno.ts';
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
import { takeTokens } from '../threads/rate-limit.ts';

export const BLOCK_BYTES = 256 * 1024;
const block = allocate(BLOCK_BYTES);
const zeros = Buffer.alloc(BLOCK_BYTES);

export interface Transfer {
  readonly from: number;
  readonly to: number;
  readonly where: Where;
  readonly digest: DigestName;
  readonly context: ThreadContext;
}

/** Between two blocks: the rest of a file on a slow link can take longer than anybody waits. Throws INTERRUPTED. */
function goOnUnlessStopped({ stopped }: ThreadContext): void {
  if (stopped()) throw new LonghaulError('INTERRUPTED', 'The copy was stopped');
}

/** Copies exactly `size` bytes from the start; undefined when the file was shorter. */
export function copyDense(transfer: Transfer, size: number): Digest | undefined {
  if (size <= BLOCK_BYTES) return copySmall(transfer, size);
  const { from, to, where, digest, context } = transfer;
  const digester = newDigester(digest);
  for (let done = 0; done < size;) {
    if (done > 0) goOnUnlessStopped(context);
    const length = check(read(from, block.address, BLOCK_BYTES), 'read', 'source', where);
    if (length === 0) return undefined;
    takeTokens(context.shared, length, context.stopped);
    digester.update(block.bytes.subarray(0, length));
    writeAll(to, length, where);
    done += length;
  }
  return digester.finish();
}

/** What fits into a block: one read, one write. A short read says that it changed. */
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

/** A digester, or several. */
export type Updated = Pick<Digester, 'update'>;

/** Copies `[start, end)` by position; false when the file was shorter. */
export function copyRange(
  { from, to, where, context }: Transfer,
  start: number,
  end: number,
  digester: Updated,
): boolean {
  for (let at = start; at < end;) {
    if (at > start) goOnUnlessStopped(context);
    const wanted = Math.min(BLOCK_BYTES, end - at);
    const length = check(pread(from, block.address, wanted, at), 'read', 'source', where);
    if (length === 0) return false;
    takeTokens(context.shared, length, context.stopped);
    digester.update(block.bytes.subarray(0, length));
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

/** Copies the data of `[start, end)` and leaves its holes as holes; they count as zeros in the digest. */
export function copySparseRange(
  transfer: Transfer,
  start: number,
  end: number,
  digester: Updated,
): boolean {
  const { from, where } = transfer;
  for (let at = start; at < end;) {
    const data = nextData(from, at, end, where);
    zerosInto(digester, data - at);
    if (data >= end) break;
    const hole = Math.min(
      end,
      check(lseek(from, data, SEEK.HOLE), 'look for holes in', 'source', where),
    );
    if (!copyRange(transfer, data, hole, digester)) return false;
    at = hole;
  }
  return true;
}

function nextData(fd: number, at: number, end: number, where: Where): number {
  const found = lseek(fd, at, SEEK.DATA);
  if (found >= 0) return Math.min(found, end);
  if (errnoName() === 'ENXIO') return end; // nothing but a hole up to the end
  throw nativeError('look for data in', 'source', where);
}

function zerosInto(digester: Updated, count: number): void {
  for (let left = count; left > 0; left -= BLOCK_BYTES) {
    digester.update(left < BLOCK_BYTES ? zeros.subarray(0, left) : zeros);
  }
}

/** A file with holes, whole; the last hole is made by the length. */
export function copySparse(transfer: Transfer, size: number): Digest | undefined {
  const digester = newDigester(transfer.digest);
  if (!copySparseRange(transfer, 0, size, digester)) return undefined;
  check(ftruncate(transfer.to, size), 'set the length of', 'destination', transfer.where);
  return digester.finish();
}

/** Takes what is in `[start, end)` of an open file into the digest; false when it is shorter, or stopped. */
export function digestRange(
  fd: number,
  start: number,
  end: number,
  {
    digester,
    where,
    side,
    stopped,
  }: { digester: Updated; where: Where; side: 'source' | 'destination'; stopped: () => boolean },
): boolean {
  for (let at = start; at < end;) {
    if (stopped()) return false;
    const length = check(
      pread(fd, block.address, Math.min(BLOCK_BYTES, end - at), at),
      'read',
      side,
      where,
    );
    if (length === 0) return false;
    digester.update(block.bytes.subarray(0, length));
    at += length;
  }
  return true;
}
