/**
 * How big a chunk may be. A bigger chunk loses more to a dropped link; a smaller one pays the fixed
 * overhead of a run more often, in every round. Without resume inside a chunk, the expected time
 * of a run of length T on a link with a mean time m between drops is T × (e^(T/m) − 1)/(T/m). The
 * posix engine resumes inside a chunk and loses less; the plan stays on the safe side.
 */
import { formatBytes, formatDuration, formatRate, groupDigits } from '../../units.ts';

export interface ChunkLimits {
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** What the link carries; the estimates and the trade-off need it. */
  readonly bytesPerSecond?: number;
  readonly meanTimeBetweenDropsMs?: number;
  /** Fixed time a chunk's run costs beside the transfer. */
  readonly overheadMs?: number;
}

export interface ChunkSize {
  /** A chunk above either is split where directories allow it. */
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly because: string;
}

/** A run may last this share of the mean time between drops: then drops cost 30 % at most. */
const LONGEST_RUN_OVER_DROPS = 0.5;
/** The overhead is paid in each round, the drops mostly hit the seed: rounds to spread it over. */
const EXPECTED_ROUNDS = 10;
export const DEFAULT_OVERHEAD_MS = 5000;

/** Expected over ideal time of a run that starts again after each drop; `ratio` is run / mean time between drops. */
export function dropCost(ratio: number): number {
  return ratio < 1e-9 ? 1 : Math.expm1(ratio) / ratio;
}

/** The run that wastes least, at most half the mean time between drops. Milliseconds. */
export function bestRunMs(meanTimeBetweenDropsMs: number, overheadMs: number): number {
  const cost = (runMs: number) =>
    (overheadMs * EXPECTED_ROUNDS) / runMs + dropCost(runMs / meanTimeBetweenDropsMs);
  let low = 0;
  let high = meanTimeBetweenDropsMs * LONGEST_RUN_OVER_DROPS;
  // The cost is convex: a ternary search closes in on its lowest point.
  for (let i = 0; i < 60; i++) {
    const third = (high - low) / 3;
    if (cost(low + third) < cost(high - third)) high -= third;
    else low += third;
  }
  return high;
}

/** The limits in force: those of the spec, or less where the link drops too often for them. */
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
