/** The rate limit of a pool, in memory that its threads share. */
import { SHARED } from './messages.ts';

/** Bytes a second over all threads; undefined = no limit. */
export function setRate(shared: SharedArrayBuffer, bytesPerSecond: number | undefined): void {
  const rate = new BigInt64Array(shared, SHARED.bucket, 1);
  Atomics.store(rate, 0, BigInt(Math.round(bytesPerSecond ?? 0)));
}
