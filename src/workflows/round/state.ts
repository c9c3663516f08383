/** What a round knows so far; travels across continue-as-new. */
import { addSums } from '../../model/sum.ts';
import type { BlockedChunk, ChunkReport, Totals } from '../../protocol/reports.ts';

export interface RoundState {
  readonly v: 1;
  readonly startedAt: string;
  endedAt?: string;
  /** The last chunk id that was taken; '' before the first. */
  readonly after: string;
  readonly chunks: number;
  readonly done: number;
  readonly clean: number;
  /** At most 50. */
  readonly blocked: readonly BlockedChunk[];
  readonly blockedCount: number;
  /** Chunk workflows that ended without a report. */
  readonly failed: number;
  /** Still open from earlier rounds. */
  readonly leftOut: number;
  readonly totals: Totals;
}

const MOST_LISTED = 50;

export function openRound(carried: unknown, now: string): RoundState {
  if (carried !== undefined) return known(carried as RoundState);
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

/** Throws a plain Error for a version from the future: a worker of that version goes on. */
function known(state: RoundState): RoundState {
  if (state.v === 1) return state;
  throw new Error(`the state of the round has version ${String(state.v)}, this worker reads 1`);
}

export function withBlocked(state: RoundState, blocked: BlockedChunk): RoundState {
  const others = state.blocked.filter(({ chunk }) => chunk !== blocked.chunk);
  const isNew = others.length === state.blocked.length;
  return {
    ...state,
    blocked: [...others, blocked].slice(0, MOST_LISTED),
    blockedCount: state.blockedCount + (isNew ? 1 : 0),
  };
}

/** A chunk that was blocked and then retried within the round counts as done, like any other. */
export function withReport(state: RoundState, { chunk, sum }: ChunkReport): RoundState {
  const blocked = state.blocked.filter((entry) => entry.chunk !== chunk);
  const open = ['blocked', 'drifted', 'awaitingDelete', 'unverified'];
  const isClean = open.every((name) => (sum[name] ?? 0) === 0);
  return {
    ...state,
    done: state.done + 1,
    clean: state.clean + (isClean ? 1 : 0),
    blocked,
    blockedCount: state.blockedCount - (state.blocked.length - blocked.length),
    totals: addSums([state.totals, sum]),
  };
}
