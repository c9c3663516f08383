/**
 * Chooses the maximum size of a chunk. A bigger chunk loses more when the link drops; a smaller one pays
 * the fixed overhead of a run more often, in every round. Without resume inside a chunk, a run of length
 * T on a link with a mean time m between drops takes T × (e^(T/m) − 1)/(T/m) on average. The posix engine
 * resumes inside a chunk and loses less, so this is an upper bound.
 */
import { formatBytes, formatDuration, formatRate, groupDigits } from '../../units.ts';

export interface ChunkLimits {
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** Bandwidth of the link, which the estimates and the trade-off need. */
  readonly bytesPerSecond?: number;
  readonly meanTimeBetweenDropsMs?: number;
  /** Fixed time of a chunk's run besides the transfer. */
  readonly overheadMs?: number;
}

export interface ChunkSize {
  /** A chunk above either limit is split where directories allow it. */
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly because: string;
}

/** Maximum run, as a share of the mean time between drops: then drops cost 30 % at most. */
const MAX_RUN_OVER_DROPS = 0.5;
/** Number of rounds in which the overhead is paid; drops mostly cost the seed. */
const EXPECTED_ROUNDS = 10;
export const DEFAULT_OVERHEAD_MS = 5000;

/** Returns expected time / ideal time of a run that restarts after drops. `ratio` is run / time between drops. */
export function dropCost(ratio: number): number {
  return ratio < 1e-9 ? 1 : Math.expm1(ratio) / ratio;
}

/** Returns the run that wastes least, at most half the mean time between drops. Milliseconds. */
export function bestRunMs(meanTimeBetweenDropsMs: number, overheadMs: number): number {
  const cost = (runMs: number) =>
    (overheadMs * EXPECTED_ROUNDS) / runMs + dropCost(runMs / meanTimeBetweenDropsMs);
  let low = 0;
  let high = meanTimeBetweenDropsMs * MAX_RUN_OVER_DROPS;
  // The cost is convex, so a ternary search finds its minimum.
  for (let i = 0; i < 60; i++) {
    const third = (high - low) / 3;
    if (cost(low + third) < cost(high - third)) high -= third;
    else low += third;
  }
  return high;
}

/** Returns the limits of the spec, or lower ones if the link drops too often for them. */
export function chooseChunkSize(limits: ChunkLimits): ChunkSize {
  const { maxEntries, maxBytes, bytesPerSecond, meanTimeBetweenDropsMs } = limits;
  const asked = `at most ${groupDigits(maxEntries)} entries and ${formatBytes(maxBytes)} a chunk`;
  if (meanTimeBetweenDropsMs === undefined || bytesPerSecond === undefined) {
    const unknown = bytesPerSecond === undefined ? 'link.bandwidth' : 'link.meanTimeBetweenDrops';
    return { maxEntries, maxBytes, because: `${asked}, as the spec says; ${unknown} is not given` };
  }
  const overheadMs = limits.overheadMs ?? DEFAULT_OVERHEAD_MS;
  const runMs = bestRunMs(meanTimeBetweenDropsMs, overheadMs);
  const bytes = Math.max(1, Math.floor((runMs / 1000) * bytesPerSecond));
  const drops = formatDuration(meanTimeBetweenDropsMs);
  const rate = formatRate(bytesPerSecond);
  if (bytes >= maxBytes) {
    const fullMs = (maxBytes / bytesPerSecond) * 1000;
    const because = `${asked}, as the spec says: ${formatDuration(fullMs)} at ${rate} is short against ${drops} between drops`;
    return { maxEntries, maxBytes, because };
  }
  const loss = Math.round((dropCost(runMs / meanTimeBetweenDropsMs) - 1) * 100);
  const because =
    `${formatBytes(bytes)} a chunk and not ${formatBytes(maxBytes)}: ${formatDuration(runMs)} at ${rate} ` +
    `is ${Math.round((runMs / meanTimeBetweenDropsMs) * 100)} % of the ${drops} between drops, so starting again costs at most ${loss} % more; ` +
    `the fixed ${formatDuration(overheadMs)} a chunk adds ${((overheadMs / runMs) * 100).toFixed(1)} % a round`;
  return { maxEntries, maxBytes: bytes, because };
}
