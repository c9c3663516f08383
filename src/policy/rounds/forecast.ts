/**
 * How long things take. With a scan of S, changes arriving at r and a link of B bytes a second, a
 * round that starts when the one before ends lasts t = S + r·t/B, so rounds converge to
 * t* = S/(1 − r/B): no interval is worth having that is shorter, and a link slower than the
 * changes never gets there.
 */
import { formatBytes, formatDuration, formatRate, groupDigits } from '../../units.ts';
import { DEFAULT_OVERHEAD_MS, dropCost } from '../chunks/size.ts';

export interface ConvergenceFacts {
  /** What a round takes when nothing has changed. */
  readonly scanMs: number;
  readonly driftBytesPerSecond: number;
  readonly bytesPerSecond: number;
}

/** t*: the shortest round there can be. Undefined when the changes outrun the link. */
export function fixedPointMs(facts: ConvergenceFacts): number | undefined {
  const share = facts.driftBytesPerSecond / facts.bytesPerSecond;
  return share < 1 ? facts.scanMs / (1 - share) : undefined;
}

/** A round that is over, in the numbers that forecasts use. */
export interface PastRound {
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** Time in it when the link was away. */
  readonly outageMs?: number;
  readonly changedEntries: number;
  readonly changedBytes: number;
  /** Every chunk was blocked or still open: what changed is not known, whatever the numbers say. */
  readonly overNoChunk?: boolean;
}

/** What the last round took without the transfer: at least 0, at most all of it. */
export function scanMsOf(round: PastRound, bytesPerSecond: number | undefined): number {
  const elapsedMs = workMsOf(round);
  if (bytesPerSecond === undefined) return elapsedMs;
  return Math.max(0, elapsedMs - (round.changedBytes / bytesPerSecond) * 1000);
}

export function workMsOf(round: PastRound): number {
  return Math.max(0, round.endedAtMs - round.startedAtMs - (round.outageMs ?? 0));
}

/** What a round takes that has `changedBytes` to copy, judged by the last one. */
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
  /** The link; undefined when the spec names no bandwidth. */
  readonly bytesPerSecond?: number;
  readonly meanTimeBetweenDropsMs?: number;
  /** Per chunk and round. */
  readonly overheadMs?: number;
  /** Entries created or compared a second. */
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
  /** Undefined when nothing that decides it is known. */
  readonly totalMs: number | undefined;
  /** Largest first. */
  readonly parts: readonly ForecastPart[];
  readonly dominant: ForecastPart | undefined;
  readonly because: string;
}

/** What one entry costs a copy over NFS-like latency when nothing better is known. */
export const DEFAULT_ENTRIES_PER_SECOND = 500;

/** How long the first round takes, and what it is made of. */
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
