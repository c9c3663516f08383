/**
 * Forecasts durations. With a scan that takes S, changes of r and a link of B bytes per second, a round
 * that starts when the previous one ends lasts t = S + r·t/B, so rounds converge to t* = S/(1 − r/B). A
 * shorter interval has no use, and if r ≥ B the rounds never converge.
 */
import { formatBytes, formatDuration, formatRate, groupDigits } from '../../units.ts';
import { DEFAULT_OVERHEAD_MS, dropCost } from '../chunks/size.ts';

export interface ConvergenceFacts {
  /** Duration of a round without changes. */
  readonly scanMs: number;
  readonly driftBytesPerSecond: number;
  readonly bytesPerSecond: number;
}

/** Returns t*, the shortest possible round; undefined if the changes outrun the link. */
export function fixedPointMs(facts: ConvergenceFacts): number | undefined {
  const share = facts.driftBytesPerSecond / facts.bytesPerSecond;
  return share < 1 ? facts.scanMs / (1 - share) : undefined;
}

/** The numbers of a finished round that forecasts use. */
export interface PastRound {
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** Time during which the link was down. */
  readonly outageMs?: number;
  readonly changedEntries: number;
  readonly changedBytes: number;
  /** Every chunk was blocked or still open, so the number of changes is unknown. */
  readonly overNoChunk?: boolean;
}

/** Returns the duration of a round without its transfer: at least 0, at most all of it. */
export function scanMsOf(round: PastRound, bytesPerSecond: number | undefined): number {
  const elapsedMs = workMsOf(round);
  if (bytesPerSecond === undefined) return elapsedMs;
  return Math.max(0, elapsedMs - (round.changedBytes / bytesPerSecond) * 1000);
}

/** Returns the duration of a round without outages. */
export function workMsOf(round: PastRound): number {
  return Math.max(0, round.endedAtMs - round.startedAtMs - (round.outageMs ?? 0));
}

/** Estimates a round that has `changedBytes` to copy from the last round. */
export function roundMs(
  last: PastRound,
  changedBytes: number,
  bytesPerSecond: number | undefined,
): number {
  const transferMs = bytesPerSecond === undefined ? 0 : (changedBytes / bytesPerSecond) * 1000;
  return scanMsOf(last, bytesPerSecond) + transferMs;
}

export interface SeedFacts {
  readonly entries: number;
  readonly bytes: number;
  readonly chunks: number;
  /** Bandwidth of the link; undefined if the spec has none. */
  readonly bytesPerSecond?: number;
  readonly meanTimeBetweenDropsMs?: number;
  /** Per chunk and round. */
  readonly overheadMs?: number;
  /** Entries created or compared per second. */
  readonly entriesPerSecond?: number;
  readonly driftBytesPerSecond?: number;
}

export interface ForecastPart {
  readonly what:
    'transfer of the bytes' | 'number of entries' | 'overhead of the chunks' | 'cost of drops';
  readonly ms: number;
  readonly because: string;
}

export interface Forecast {
  /** Undefined if the bandwidth is unknown. */
  readonly totalMs: number | undefined;
  /** Largest first. */
  readonly parts: readonly ForecastPart[];
  readonly dominant: ForecastPart | undefined;
  readonly because: string;
}

/** Default rate of a copy at the latency of NFS. */
export const DEFAULT_ENTRIES_PER_SECOND = 500;

/** Forecasts the first round, with the parts that it consists of. */
export function forecastSeed(facts: SeedFacts): Forecast {
  const parts = seedParts(facts).sort((a, b) => b.ms - a.ms);
  const dominant = parts[0];
  if (facts.bytesPerSecond === undefined || dominant === undefined) {
    const because = 'link.bandwidth is not given: the time the bytes take is not known';
    return { totalMs: undefined, parts, dominant, because };
  }
  const totalMs = parts.reduce((sum, part) => sum + part.ms, 0);
  const share = totalMs === 0 ? 0 : Math.round((dominant.ms / totalMs) * 100);
  const growth = outruns(facts);
  return {
    totalMs,
    parts,
    dominant,
    because: growth ?? `${share} % of it is the ${dominant.what}: ${dominant.because}`,
  };
}

function outruns({ driftBytesPerSecond = 0, bytesPerSecond }: SeedFacts): string | undefined {
  if (bytesPerSecond === undefined || driftBytesPerSecond < bytesPerSecond) return undefined;
  const drift = `${formatBytes(driftBytesPerSecond * 86_400)} a day change`;
  return `it never catches up: ${drift}, the link carries ${formatBytes(bytesPerSecond * 86_400)}`;
}

function seedParts(facts: SeedFacts): ForecastPart[] {
  const { entries, bytes, chunks, bytesPerSecond, meanTimeBetweenDropsMs } = facts;
  const entriesPerSecond = facts.entriesPerSecond ?? DEFAULT_ENTRIES_PER_SECOND;
  const overheadMs = facts.overheadMs ?? DEFAULT_OVERHEAD_MS;
  const parts: ForecastPart[] = [
    {
      what: 'number of entries',
      ms: (entries / entriesPerSecond) * 1000,
      because: `${groupDigits(entries)} at ${groupDigits(entriesPerSecond)} a second`,
    },
    {
      what: 'overhead of the chunks',
      ms: chunks * overheadMs,
      because: `${groupDigits(chunks)} at ${formatDuration(overheadMs)} each, in every round`,
    },
  ];
  if (bytesPerSecond === undefined) return parts;
  const transferMs = (bytes / bytesPerSecond) * 1000;
  parts.push({
    what: 'transfer of the bytes',
    ms: transferMs,
    because: `${formatBytes(bytes)} at ${formatRate(bytesPerSecond)}`,
  });
  if (meanTimeBetweenDropsMs === undefined) return parts;
  const runMs = transferMs / Math.max(1, chunks);
  parts.push({
    what: 'cost of drops',
    ms: transferMs * (dropCost(Math.min(runMs / meanTimeBetweenDropsMs, 50)) - 1),
    because: `${formatDuration(runMs)} a chunk, one drop in ${formatDuration(meanTimeBetweenDropsMs)}; at most, as files resume`,
  });
  return parts;
}
