/** Names that longhaul gives to its own files in a tree. All begin with OWN_PREFIX, which scans exclude. */
import { createHash } from 'node:crypto';
import { threadId } from 'node:worker_threads';
import type { RawPath } from '../../../paths.ts';
import { OWN_PREFIX } from '../tree/excludes.ts';
import { allocate } from '../native/libc.ts';

let counter = 0;

/** Returns a name that is used once: what a crash leaves under it can be removed. */
export function onceName(): RawPath {
  return `${OWN_PREFIX}${process.pid}-${threadId}-${counter++}`;
}

const once = allocate(64);
const ONCE_DIGITS = 10;
const digitsAt = once.bytes.write(`${OWN_PREFIX}${process.pid}-${threadId}-n`, 'latin1');
once.bytes[digitsAt + ONCE_DIGITS] = 0;

/** Like `onceName`, in native memory and without a string; valid until the next call. */
export function onceAddress(): number {
  let rest = counter++;
  for (let at = digitsAt + ONCE_DIGITS - 1; at >= digitsAt; at--) {
    once.bytes[at] = 0x30 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  return once.address;
}

/** Returns the temporary name of a large file: stable, so that a second run finds the durable parts. */
export function partName(name: RawPath): RawPath {
  return `${OWN_PREFIX}part-${createHash('sha256').update(name, 'latin1').digest('hex').slice(0, 32)}`;
}

export const isPartName = (name: RawPath): boolean => name.startsWith(`${OWN_PREFIX}part-`);
export const isOwnName = (name: RawPath): boolean => name.startsWith(OWN_PREFIX);

/** Directory at the destination's root that holds the trash of every migration. */
export const TRASH: RawPath = `${OWN_PREFIX}trash`;

/** Returns the path of a migration's trash, which holds one directory per round. */
export const trashPath = (migration: string): RawPath => `${TRASH}/${migration}`;
