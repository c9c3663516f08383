/** State of a migration: plain data that continue-as-new carries over, so its field names are frozen. */
import type { RoundKind } from '../../../model/round.ts';
import type { Phase } from '../../../policy/rounds/phase.ts';
import type {
  BlockedChunk,
  LinkReport,
  RoundReport,
  RoundStatus,
  Totals,
} from '../../../protocol/reports.ts';
import type { WorkflowSettings } from '../../../spec/settings.ts';
import type { Rejected } from '../../runtime/rejected.ts';

export const STATE_VERSION = 3;

/** Who made a decision, why, and when (ISO 8601). */
export interface Attribution {
  readonly by: string;
  readonly because: string;
  readonly at: string;
}

/** A chunk workflow that is still open although its round does not wait for it. */
export interface OpenChunk extends BlockedChunk {
  /** False: it is blocked. True: an operator answered, and it runs. */
  readonly retried: boolean;
}

/** The round that runs. */
export interface ActiveRound extends RoundStatus {
  readonly kind: RoundKind;
  /** Total outage time before the round began. */
  readonly outageBeforeMs?: number;
}

export interface MigrationState {
  readonly v: typeof STATE_VERSION;
  phase: Phase;
  /** Why the migration is in this phase. */
  because: string;
  settings?: WorkflowSettings;
  chunks: number;
  /** Number of the last round that was started. */
  round: number;
  /** The active round. */
  news?: ActiveRound;
  /** The last ten, oldest first. */
  rounds: RoundReport[];
  totals: Totals;
  open: OpenChunk[];
  paused?: Attribution;
  aborted?: Attribution;
  link?: LinkReport;
  approved?: Attribution;
  started?: Attribution;
  postponedUntilMs?: number;
  postponed?: Attribution;
  /** Why the last cutover ended before the switch; deleted when the next one begins. */
  givenUp?: Omit<Attribution, 'by'>;
  intervalStartMs?: number;
  intervalFloorMs?: number;
  /** Set by an operator who does not wait for the interval. */
  roundAsked?: 'catch-up' | 'rehearsal';
  rejected: Rejected[];
  /** Number of decisions so far; part of the ledger key of a decision. */
  decisions: number;
  /** True from the start of the switch, which cannot be undone. */
  switching?: boolean;
  /** Number of cutovers tried so far; part of the key of a hook. */
  cutovers: number;
}

export const newState = (): MigrationState => ({
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
});

export function addOpen(state: MigrationState, chunk: OpenChunk): void {
  state.open = [...state.open.filter((other) => other.chunk !== chunk.chunk), chunk];
}

export function removeOpen(state: MigrationState, chunk: string): void {
  state.open = state.open.filter((other) => other.chunk !== chunk);
}

export const blockedChunks = (state: MigrationState): OpenChunk[] =>
  state.open.filter((chunk) => !chunk.retried);

/** Also true before the plan, when the setting is not known. */
export const needsNoApproval = (state: Pick<MigrationState, 'settings'>): boolean =>
  state.settings?.approval !== 'required';
