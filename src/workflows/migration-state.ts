/** What a migration knows; plain data that travels across continue-as-new. */
import type { Phase } from '../policy/phase.ts';
import { withRejected, type Rejected } from './rejected.ts';
import type {
  BlockedChunk,
  LinkReport,
  RoundNews,
  RoundReport,
  Totals,
  WorkflowSettings,
} from './api.ts';

export interface Said {
  readonly by: string;
  readonly because: string;
  /** ISO 8601. */
  readonly at: string;
}

/** A chunk workflow that is open behind its round: blocked, or retried and running. */
export interface OpenChunk extends BlockedChunk {
  readonly retried: boolean;
}

export interface MigrationState {
  readonly v: 1;
  phase: Phase;
  /** Why it is in this phase. */
  because: string;
  settings?: WorkflowSettings;
  chunks: number;
  /** Number of the last round that was started. */
  round: number;
  /** The round that runs, while one does. */
  news?: RoundNews & { readonly kind: RoundReport['round']['kind'] };
  /** The last ten, oldest first. */
  rounds: RoundReport[];
  totals: Totals;
  open: OpenChunk[];
  paused?: Said;
  aborted?: Said;
  link?: LinkReport;
  approved?: Said;
  started?: Said;
  postponedUntilMs?: number;
  postponed?: Said;
  intervalStartMs?: number;
  intervalFloorMs?: number;
  roundAsked?: 'catch-up' | 'rehearsal';
  rejected: Rejected[];
  /** Decisions so far: part of a decision's key in the ledger. */
  decisions: number;
  /** Cutovers tried so far: part of a hook's key. */
  cutovers: number;
}

/** The state a run begins with. Every version that was ever carried is read here, for ever. */
export function openState(carried: unknown): MigrationState {
  if (carried !== undefined) return carried as MigrationState;
  return {
    v: 1,
    phase: 'assessing',
    because: 'the migration begins',
    chunks: 0,
    round: 0,
    rounds: [],
    totals: {},
    open: [],
    rejected: [],
    decisions: 0,
    cutovers: 0,
  };
}

const ROUNDS_KEPT = 10;

export function keepRound(state: MigrationState, report: RoundReport): void {
  state.rounds = [...state.rounds, report].slice(-ROUNDS_KEPT);
  state.totals = report.totals;
  delete state.news;
}

export function keepRejected(state: MigrationState, name: string, because: string): void {
  state.rejected = withRejected(state.rejected, name, because);
}

export function keepOpen(state: MigrationState, chunk: OpenChunk): void {
  state.open = [...state.open.filter((other) => other.chunk !== chunk.chunk), chunk];
}

export function dropOpen(state: MigrationState, chunk: string): void {
  state.open = state.open.filter((other) => other.chunk !== chunk);
}

export const blockedChunks = (state: MigrationState): OpenChunk[] =>
  state.open.filter((chunk) => !chunk.retried);

/** Withdrawing an approval holds nothing where none is asked for; before the plan that is not known. */
export const needsNoApproval = (state: MigrationState): boolean =>
  state.settings?.approval !== 'required';
