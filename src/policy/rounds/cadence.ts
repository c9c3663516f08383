/**
 * Decides when the next round starts. The interval, from start to start, is the time in which as much
 * changes as still counts as converged. It shrinks as the drift shrinks, but not below the time that a
 * round takes anyway (t* of forecast.ts), nor below the floor.
 */
import { formatBytes, formatDuration, formatMoment } from '../../units.ts';
import { fixedPointMs, roundMs, scanMsOf, type PastRound } from './forecast.ts';

export interface CadenceSettings {
  readonly intervalStartMs: number;
  readonly intervalFloorMs: number;
  readonly convergedEntries: number;
  readonly convergedBytes: number;
}

export interface CadenceFacts {
  readonly now: number;
  /** Oldest first; the seed is the first. */
  readonly rounds: readonly PastRound[];
  /** Bandwidth of the link, if known. */
  readonly bytesPerSecond?: number;
}

export interface NextRound {
  readonly action: 'wait' | 'start';
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly intervalMs: number;
  /** Estimated duration of the round. */
  readonly estimatedMs: number | undefined;
  /** '2026-03-01 02:10 UTC: drift 3.1 GiB, est. 22m; …' */
  readonly because: string;
}

interface Interval {
  readonly ms: number;
  readonly why: string;
}

export function nextRound(facts: CadenceFacts, settings: CadenceSettings): NextRound {
  const last = facts.rounds.at(-1);
  if (last === undefined) {
    const because = 'at once: this is the first round';
    const intervalMs = settings.intervalStartMs;
    return { action: 'start', atMs: facts.now, intervalMs, estimatedMs: undefined, because };
  }
  // A round over no chunk determines when the next one starts, but not how large the drift is.
  const rounds = facts.rounds.filter(({ overNoChunk }) => overNoChunk !== true);
  const measured = rounds.at(-1) ?? last;
  const interval = chooseInterval({ ...facts, rounds }, measured, settings);
  const dueMs = last.startedAtMs + interval.ms;
  const atMs = Math.max(facts.now, dueMs);
  const growth = driftOf(rounds);
  const expectedBytes = growth.bytesPerMs * (atMs - measured.startedAtMs);
  const estimatedMs = roundMs(measured, expectedBytes, facts.bytesPerSecond);
  const when = dueMs <= facts.now ? 'now' : formatMoment(atMs);
  const because =
    `${when}: drift ${formatBytes(Math.round(expectedBytes))}, ` +
    `est. ${formatDuration(estimatedMs)}; ${interval.why}`;
  const action = dueMs <= facts.now ? 'start' : 'wait';
  return { action, atMs, intervalMs: interval.ms, estimatedMs, because };
}

function chooseInterval(
  { rounds, bytesPerSecond }: CadenceFacts,
  last: PastRound,
  { intervalStartMs, intervalFloorMs, convergedEntries, convergedBytes }: CadenceSettings,
): Interval {
  const growth = driftOf(rounds);
  if (rounds.length < 2) {
    const why = `every ${formatDuration(intervalStartMs)} until the drift is known`;
    return { ms: intervalStartMs, why };
  }
  const convergedMs = Math.min(
    timeUntil(convergedEntries, growth.entriesPerMs),
    timeUntil(convergedBytes, growth.bytesPerMs),
  );
  const minRoundMs = shortestRoundMs(last, growth.bytesPerMs * 1000, bytesPerSecond);
  if (minRoundMs === undefined) {
    const why = 'the source changes faster than the link carries, so rounds follow each other';
    return { ms: intervalFloorMs, why };
  }
  const minMs = Math.min(intervalStartMs, Math.max(intervalFloorMs, minRoundMs));
  const drift = `${formatBytes(last.changedBytes)} in ${last.changedEntries} entries last time`;
  if (growth.converged(convergedEntries, convergedBytes)) {
    return shortest(minMs, intervalFloorMs, `converged, with ${drift}`);
  }
  if (convergedMs <= minMs) return shortest(minMs, intervalFloorMs, `drift was ${drift}`);
  if (convergedMs >= intervalStartMs) {
    return {
      ms: intervalStartMs,
      why: `every ${formatDuration(intervalStartMs)}, the longest allowed`,
    };
  }
  return {
    ms: convergedMs,
    why: `every ${formatDuration(convergedMs)}, in which no more changes than counts as converged`,
  };
}

function shortest(ms: number, floorMs: number, why: string): Interval {
  const kind = ms === floorMs ? 'the shortest allowed' : 'as a round takes that long anyway';
  return { ms, why: `${why}: every ${formatDuration(ms)}, ${kind}` };
}

/** Returns the time in ms until `limit` has changed: 0 for a limit of 0, infinite without changes. */
function timeUntil(limit: number, perMs: number): number {
  return perMs > 0 ? limit / perMs : Number.POSITIVE_INFINITY;
}

function shortestRoundMs(
  last: PastRound,
  driftBytesPerSecond: number,
  bytesPerSecond: number | undefined,
): number | undefined {
  if (bytesPerSecond === undefined) return 0;
  const scanMs = scanMsOf(last, bytesPerSecond);
  return fixedPointMs({ scanMs, driftBytesPerSecond, bytesPerSecond });
}

interface Drift {
  readonly entriesPerMs: number;
  readonly bytesPerMs: number;
  converged(entries: number, bytes: number): boolean;
}

/** Returns how fast the source changes: what the last round found, per time since the round before. */
export function driftOf(rounds: readonly PastRound[]): Drift {
  const last = rounds.at(-1);
  const before = rounds.at(-2);
  if (last === undefined || before === undefined) {
    return { entriesPerMs: 0, bytesPerMs: 0, converged: () => false };
  }
  const spanMs = Math.max(1, last.startedAtMs - before.startedAtMs);
  return {
    entriesPerMs: last.changedEntries / spanMs,
    bytesPerMs: last.changedBytes / spanMs,
    converged: (entries, bytes) => last.changedEntries <= entries && last.changedBytes <= bytes,
  };
}
