/** Passes names to the kernel: NUL-terminated bytes in native memory, in one slot per purpose. */
import type { RawPath } from '../../../paths.ts';
import { allocate } from './libc.ts';

const SLOT_BYTES = 8192;
const block = allocate(5 * SLOT_BYTES);

/** Returns the address of `name` in a slot, valid until the slot is used again. */
function put(slot: number, name: RawPath): number {
  const start = slot * SLOT_BYTES;
  const { bytes } = block;
  const length = Math.min(name.length, SLOT_BYTES - 1);
  // A loop: for names of a few dozen bytes it is faster than Buffer.write.
  for (let i = 0; i < length; i++) bytes[start + i] = name.charCodeAt(i);
  bytes[start + length] = 0;
  return block.address + start;
}

export const nameAddress = (name: RawPath): number => put(0, name);
export const temporaryAddress = (name: RawPath): number => put(1, name);
export const otherAddress = (name: RawPath): number => put(2, name);
/** Address of the empty string, for AT_EMPTY_PATH. */
export const emptyAddress = put(3, '');
export const dotAddress = put(4, '.');
