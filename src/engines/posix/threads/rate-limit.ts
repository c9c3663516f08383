/**
 * The rate limit of a pool, in memory that its threads share. Each transfer books its bytes at the
 * end of a line of bookings; whoever books waits until its turn has come. So the rate holds over all
 * threads, to the block, and a change of the rate counts from the next block on.
 */
import { SHARED } from './messages.ts';

const RATE = 0; // bytes a second; 0 = no limit
const BOOKED_UNTIL = 1; // microseconds since an arbitrary start, when all that is booked has passed
const LONGEST_WAIT_MS = 200;

let view: BigInt64Array | undefined;

/** A thread has one pool, and asks for every block: its view is made once. */
function words(shared: SharedArrayBuffer): BigInt64Array {
  if (view?.buffer !== shared) view = new BigInt64Array(shared, SHARED.bucket, 2);
  return view;
}

/** Bytes a second over all threads; undefined = no limit. */
export function setRate(shared: SharedArrayBuffer, bytesPerSecond: number | undefined): void {
  const memory = words(shared);
  Atomics.store(memory, BOOKED_UNTIL, 0n);
  Atomics.store(memory, RATE, BigInt(Math.round(bytesPerSecond ?? 0)));
}

const nowMicros = (): bigint => process.hrtime.bigint() / 1000n;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Waits until `bytes` may pass. Returns early when `stopped` says so. */
export function takeTokens(shared: SharedArrayBuffer, bytes: number, stopped: () => boolean): void {
  const memory = words(shared);
  const rate = Atomics.load(memory, RATE);
  if (rate <= 0n) return;
  const turn = book(memory, (BigInt(bytes) * 1_000_000n) / rate);
  for (let left = Number(turn - nowMicros()); left > 0; left = Number(turn - nowMicros())) {
    if (stopped() || Atomics.load(memory, RATE) !== rate) return;
    Atomics.wait(sleeper, 0, 0, Math.min(left / 1000, LONGEST_WAIT_MS));
  }
}

/** Adds to the line; an idle link saves nothing up. */
function book(memory: BigInt64Array, micros: bigint): bigint {
  for (;;) {
    const until = Atomics.load(memory, BOOKED_UNTIL);
    const now = nowMicros();
    const next = (until > now ? until : now) + micros;
    if (Atomics.compareExchange(memory, BOOKED_UNTIL, until, next) === until) return next;
  }
}
