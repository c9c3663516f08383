/** What a migration knows; plain data that travels across continue-as-new. */
import { patched } from '@temporalio/workflow';
import { UNTIL_APPROVED_MS } from '../../policy/rounds/cutover.ts';
import type { Phase } from '../../policy/rounds/phase.ts';
import { withRejected, type Rejected } from '../runtime/rejected.ts';
import type {
  BlockedChunk,
  LinkReport,
  RoundStatus,
  RoundReport,
  Totals,
} from '../../protocol/reports.ts';
import type { WorkflowSettings } from '../../spec/settings.ts';

export const STATE_VERSION = 3;

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
  readonly v: typeof STATE_VERSION;
  phase: Phase;
  /** Why it is in this phase. */
  because: string;
  settings?: WorkflowSettings;
  chunks: number;
  /** Number of the last round that was started. */
  round: number;
  /** The round that runs, while one does. */
  news?: RoundStatus & {
    readonly kind: RoundReport['round']['kind'];
    /** All outages before it began. */
    readonly outageBeforeMs?: number;
  };
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
  /** Why the last cutover ended before the switch; until the next one begins. */
  givenUp?: Omit<Said, 'by'>;
  intervalStartMs?: number;
  intervalFloorMs?: number;
  roundAsked?: 'catch-up' | 'rehearsal';
  rejected: Rejected[];
  /** Decisions so far: part of a decision's key in the ledger. */
  decisions: number;
  /** The switch has begun: there is no way back. */
  switching?: boolean;
  /** Cutovers tried so far: part of a hook's key. */
  cutovers: number;
}

/** The state a run begins with. Every version that was ever carried is read here, for ever. */
export function openState(carried: unknown): MigrationState {
  if (carried !== undefined) return upgradeState(carried as Carried);
  return {
    v: STATE_VERSION,
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

type Carried = Omit<MigrationState, 'v'> & { readonly v: number };

/** From each version to the next one. What changes a decision is patched(): a run that began without it replays. */
const UPGRADES: Readonly<Record<number, (state: Carried) => Carried>> = {
  // In 1, a postponement without an end held nothing where no approval is asked for.
  1: (state) => {
    const heldNothing = state.postponed !== undefined && state.postponedUntilMs === undefined;
    const mend = heldNothing && needsNoApproval(state) && patched('state-2');
    return { ...state, v: 2, ...(mend ? { postponedUntilMs: UNTIL_APPROVED_MS } : {}) };
  },
  // Up to 2, no round went on over a continue-as-new: an older worker would begin another one.
  2: (state) => ({ ...state, v: 3 }),
};

/**
 * Throws a plain Error for a version from the future: the workflow task is tried again until a
 * worker of that version takes it, and nothing is lost.
 */
function upgradeState(carried: Carried): MigrationState {
  let state = carried;
  while (state.v !== STATE_VERSION) {
    const upgrade = UPGRADES[state.v];
    if (upgrade === undefined)
      throw new Error(`the state has version ${state.v}, this worker reads up to ${STATE_VERSION}`);
    state = upgrade(state);
  }
  return state as MigrationState;
}

const ROUNDS_KEPT = 10;

/** Returns what is kept of the report: decisions go by that. */
export function keepRound(state: MigrationState, reported: RoundReport): RoundReport {
  const report = { ...decidedBy(reported), ...outageIn(state) };
  state.rounds = [...state.rounds, report].slice(-ROUNDS_KEPT);
  state.totals = report.totals;
  delete state.news;
  return report;
}

function outageIn({ link, news }: MigrationState): { outageMs?: number } {
  if (link === undefined || news?.outageBeforeMs === undefined) return {};
  return { outageMs: Math.max(0, link.outageMs - news.outageBeforeMs) };
}

/** Chunks that did not come to their end once counted for nothing: runs that began so replay. */
function decidedBy(report: RoundReport): RoundReport {
  const { done, ...rest } = report;
  const allEnded = done === undefined || done >= report.chunks;
  return allEnded || patched('chunks-that-ended') ? report : rest;
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
export const needsNoApproval = (state: Pick<MigrationState, 'settings'>): boolean =>
  state.settings?.approval !== 'required';
