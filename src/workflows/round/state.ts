/** State of a round: plain data that continue-as-new carries over, so its field names are frozen. */
import type { Round } from '../../model/round.ts';
import { addSums } from '../../model/sum.ts';
import type { BlockedChunk, ChunkReport, RoundReport, Totals } from '../../protocol/reports.ts';

export interface RoundState {
  readonly v: 1;
  readonly startedAt: string;
  endedAt?: string;
  /** Id of the last chunk that was started or left out; '' before the first. */
  after: string;
  /** Number of chunks in the plan. */
  chunks: number;
  done: number;
  clean: number;
  /** At most 50. */
  blocked: readonly BlockedChunk[];
  blockedCount: number;
  /** Number of chunk workflows that ended without a report. */
  failed: number;
  /** Number of chunks left out because they are still open from earlier rounds. */
  leftOut: number;
  totals: Totals;
}

const MAX_BLOCKED_LISTED = 50;
/** Sums that are 0 in a clean chunk. */
const OPEN_SUMS = ['blocked', 'drifted', 'awaitingDelete', 'unverified'];

export function openRound(carried: unknown, now: string): RoundState {
  if (carried !== undefined) return checkVersion(carried as RoundState);
  return {
    v: 1,
    startedAt: now,
    after: '',
    chunks: 0,
    done: 0,
    clean: 0,
    blocked: [],
    blockedCount: 0,
    failed: 0,
    leftOut: 0,
    totals: {},
  };
}

/** Throws a plain Error for a later version: a worker of that version takes the workflow task. */
function checkVersion(state: RoundState): RoundState {
  if (state.v === 1) return state;
  throw new Error(`the state of the round has version ${String(state.v)}, this worker reads 1`);
}

export function addBlocked(state: RoundState, blocked: BlockedChunk): void {
  const others = state.blocked.filter(({ chunk }) => chunk !== blocked.chunk);
  if (others.length === state.blocked.length) state.blockedCount += 1;
  state.blocked = [...others, blocked].slice(0, MAX_BLOCKED_LISTED);
}

/** Counts a chunk that ended; one that was blocked and retried in this round counts as done. */
export function addReport(state: RoundState, { chunk, sum }: ChunkReport): void {
  const blocked = state.blocked.filter((entry) => entry.chunk !== chunk);
  state.blockedCount -= state.blocked.length - blocked.length;
  state.blocked = blocked;
  state.done += 1;
  if (OPEN_SUMS.every((name) => (sum[name] ?? 0) === 0)) state.clean += 1;
  state.totals = addSums([state.totals, sum]);
}

/** Returns the report of a round that is over; the first call sets the time of its end. */
export function reportOf(state: RoundState, round: Round): RoundReport {
  const { startedAt, chunks, done, clean, blocked, blockedCount, leftOut, failed, totals } = state;
  return {
    round,
    startedAt,
    endedAt: (state.endedAt ??= new Date().toISOString()),
    chunks,
    done,
    clean,
    blocked,
    blockedCount: blockedCount + leftOut,
    failedCount: failed,
    totals,
  };
}
