/** Names of what is not finished. All begin with OWN_PREFIX, so no scan takes them for data. */
import { createHash } from 'node:crypto';
import { threadId } from 'node:worker_threads';
import type { RawPath } from '../../../paths.ts';
import { OWN_PREFIX } from '../tree/excludes.ts';
import { allocate } from '../native/libc.ts';

let counter = 0;

/** Used once: whoever finds it after a crash may remove it. */
export function onceName(): RawPath {
  return `${OWN_PREFIX}${process.pid}-${threadId}-${counter++}`;
}

const once = allocate(64);
const ONCE_DIGITS = 10;
const digitsAt = once.bytes.write(`${OWN_PREFIX}${process.pid}-${threadId}-n`, 'latin1');
once.bytes[digitsAt + ONCE_DIGITS] = 0;

/** Such a name in native memory, made without a string; valid until the next call. */
export function onceAddress(): number {
  let rest = counter++;
  for (let at = digitsAt + ONCE_DIGITS - 1; at >= digitsAt; at--) {
    once.bytes[at] = 0x30 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  return once.address;
}

/** The same for the same file, so that a second run finds the part that is done. */
export function partName(name: RawPath): RawPath {
  return `${OWN_PREFIX}part-${createHash('sha256').update(name, 'latin1').digest('hex').slice(0, 32)}`;
}

export const isPartName = (name: RawPath): boolean => name.startsWith(`${OWN_PREFIX}part-`);
export const isOwnName = (name: RawPath): boolean => name.startsWith(OWN_PREFIX);
