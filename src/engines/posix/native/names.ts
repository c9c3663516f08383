/** Names on their way to the kernel: bytes with a NUL in native memory, one slot a purpose. */
import type { RawPath } from '../../../paths.ts';
import { allocate } from './libc.ts';

const SLOT_BYTES = 8192;
const block = allocate(5 * SLOT_BYTES);

/** The address of `name` in a slot; valid until the slot is used again. */
function put(slot: number, name: RawPath): number {
  const start = slot * SLOT_BYTES;
  const { bytes } = block;
  const length = Math.min(name.length, SLOT_BYTES - 1);
  // A loop: for names of a few dozen bytes a call of Buffer.write takes longer.
  for (let i = 0; i < length; i++) bytes[start + i] = name.charCodeAt(i);
  bytes[start + length] = 0;
  return block.address + start;
}

export const nameAddress = (name: RawPath): number => put(0, name);
export const temporaryAddress = (name: RawPath): number => put(1, name);
export const otherAddress = (name: RawPath): number => put(2, name);
/** The empty string, for AT_EMPTY_PATH. */
export const emptyAddress = put(3, '');
export const dotAddress = put(4, '.');
