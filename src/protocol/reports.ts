/**
 * Reports of chunks, rounds and links, and the answer of the query `progress`. Fields are frozen once
 * released. Times are ISO 8601.
 */
import type { Round, RoundKind, StepName } from '../model/round.ts';
import type { LaneReport } from '../policy/link/lanes.ts';
import type { Phase } from '../policy/rounds/phase.ts';

/** Sums over the chunks of a round, under the names of ChunkSum. */
export type Totals = Readonly<Record<string, number>>;

export interface BlockedChunk {
  readonly chunk: string;
  readonly step: StepName | 'close';
  /** Error code. */
  readonly code: string;
  readonly because: string;
  readonly since: string;
}

export interface ChunkReport {
  readonly chunk: string;
  readonly round: number;
  readonly state: 'done' | 'skipped';
  readonly sum: Totals;
  readonly elapsedMs: number;
}

/** State of a round while it runs, and its report when it is over. */
export interface RoundStatus {
  readonly round: number;
  readonly chunks: number;
  readonly done: number;
  /** Ids of the chunks that run, at most 100. */
  readonly running: readonly string[];
  readonly report?: RoundReport;
  /** True if the round was cancelled before its end. */
  readonly cancelled?: boolean;
}

export interface RoundReport {
  readonly round: Round;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly chunks: number;
  /** Chunks that ended in this round; absent in reports of earlier versions. */
  readonly done?: number;
  /** Chunks that ended without an open entry. */
  readonly clean: number;
  /** At most 50; the ledger lists all. */
  readonly blocked: readonly BlockedChunk[];
  readonly blockedCount: number;
  /** Blocked chunks whose workflows ended without a report: `retry` cannot reach them. */
  readonly failedCount: number;
  readonly totals: Totals;
  /** Outage time during the round, as the migration knows it. */
  readonly outageMs?: number;
}

export interface LinkReport {
  readonly state: 'open' | 'closed';
  readonly because: string;
  /** Start of the current condition. */
  readonly since: string;
  /** Total time of all outages so far. */
  readonly outageMs: number;
  /** Set if the link has lanes. */
  readonly lanes?: readonly LaneReport[];
}

/** Answer of the query `progress` on a migration. */
export interface MigrationProgress {
  readonly migration: string;
  readonly phase: Phase;
  /**
   * Conditions that apply besides the phase: paused, blocked, link down, lane down, postponed, and
   * given up (the last cutover ended before the switch).
   */
  readonly conditions: readonly {
    readonly name: string;
    readonly because: string;
    readonly since: string;
  }[];
  /** Set while a round runs. */
  readonly round?: {
    readonly number: number;
    readonly kind: RoundKind;
    readonly chunks: number;
    readonly done: number;
    readonly running: readonly string[];
    readonly blocked: number;
  };
  /** The last 10, oldest first. */
  readonly rounds: readonly RoundReport[];
  readonly totals: Totals;
  /** At most 50. */
  readonly blocked: readonly BlockedChunk[];
  readonly blockedCount: number;
  readonly nextRoundAt?: string;
  readonly intervalMs: number;
  readonly outageMs: number;
  /** Set if the link has lanes that can be offline independently. */
  readonly lanes?: readonly LaneReport[];
  readonly approvedBy?: string;
  /** `because` names the gate that holds the cutover, or why it is ready. */
  readonly cutover: { readonly ready: boolean; readonly because: string };
  /** Command lines that the operator can run now. */
  readonly nextSteps: readonly string[];
  /** Messages that were refused, newest first, at most 10. */
  readonly rejectedMessages: readonly {
    readonly at: string;
    readonly name: string;
    readonly because: string;
  }[];
}
