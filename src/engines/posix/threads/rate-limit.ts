/**
 * The rate limit of a pool, in memory that its threads share. Each block atomically reserves the next
 * free time slot and sleeps until the slot starts, so the limit holds across threads to within one
 * block. A new rate applies from the next block on.
 */
import { SHARED } from './messages.ts';

const RATE = 0; // bytes per second; 0 = no limit
const RESERVED_UNTIL = 1; // end of the last reserved slot, in microseconds since an arbitrary start
/** A sleeping thread looks at the stop flag and at the rate this often. */
const MAX_SLEEP_MS = 200;

let view: BigInt64Array | undefined;

/** A thread belongs to one pool, so the view is created once and not per block. */
function wordsIn(shared: SharedArrayBuffer): BigInt64Array {
  if (view?.buffer !== shared) view = new BigInt64Array(shared, SHARED.bucket, 2);
  return view;
}

/** Sets the limit over all threads, in bytes per second; undefined = no limit. */
export function setRate(shared: SharedArrayBuffer, bytesPerSecond: number | undefined): void {
  const memory = wordsIn(shared);
  Atomics.store(memory, RESERVED_UNTIL, 0n);
  Atomics.store(memory, RATE, BigInt(Math.round(bytesPerSecond ?? 0)));
}

const nowMicros = (): bigint => process.hrtime.bigint() / 1000n;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Waits until `bytes` may be transferred. Returns early if stopped, or if the rate changes. */
export function takeTokens(shared: SharedArrayBuffer, bytes: number, stopped: () => boolean): void {
  const memory = wordsIn(shared);
  const rate = Atomics.load(memory, RATE);
  if (rate <= 0n) return;
  const end = reserve(memory, (BigInt(bytes) * 1_000_000n) / rate);
  for (let left = Number(end - nowMicros()); left > 0; left = Number(end - nowMicros())) {
    if (stopped() || Atomics.load(memory, RATE) !== rate) return;
    Atomics.wait(sleeper, 0, 0, Math.min(left / 1000, MAX_SLEEP_MS));
  }
}

/** Reserves a slot and returns its end. Unused time is not saved for later. */
function reserve(memory: BigInt64Array, micros: bigint): bigint {
  for (;;) {
    const until = Atomics.load(memory, RESERVED_UNTIL);
    const now = nowMicros();
    const next = (until > now ? until : now) + micros;
    if (Atomics.compareExchange(memory, RESERVED_UNTIL, until, next) === until) return next;
  }
}
