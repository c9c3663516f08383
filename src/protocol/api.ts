/**
 * Names, ids, queues, messages and shapes of the workflows. Frozen once released: a name in here is
 * never changed or reused (test/workflows/frozen-names.test.ts). Pure: imported by the workflows,
 * the workers and the client alike.
 */
import type { RoundKind, StepName } from '../model/round.ts';
import type { LaneReport } from '../policy/link/lanes.ts';
import type { Phase } from '../policy/rounds/phase.ts';
import type { WorkflowSettings } from '../spec/settings.ts';

export const WORKFLOW_QUEUE = 'longhaul';
/** Steps that move bytes. One queue a migration: only workers that see its trees poll it. */
export const stepQueue = (migration: string): string => `longhaul/${migration}/steps`;
/** Short bookkeeping, never stuck behind a copy. */
export const controlQueue = (migration: string): string => `longhaul/${migration}/control`;

export const migrationId = (migration: string): string => `migration/${migration}`;
export const roundId = (migration: string, round: number): string =>
  `migration/${migration}/round/${round}`;
export const chunkId = (migration: string, chunk: string): string =>
  `migration/${migration}/chunk/${chunk}`;

export { PHASES, type Phase } from '../policy/rounds/phase.ts';

export const CHUNK_STATES = [
  'scanning',
  'copying',
  'verifying',
  'deleting',
  'closing',
  'paused',
  'blocked',
  'skipped',
  'done',
] as const;
export type ChunkState = (typeof CHUNK_STATES)[number];

/** Search attributes, registered on the server before the first start. */
export const SEARCH_ATTRIBUTES = {
  MigrationId: 'KEYWORD',
  MigrationPhase: 'KEYWORD',
  ChunkId: 'KEYWORD',
  ChunkState: 'KEYWORD',
  Round: 'INT',
  BlockedChunks: 'INT',
} as const;

/** Who asked, and why: on every message. */
export interface Asked {
  readonly by?: string;
  readonly reason?: string;
}

/** Messages to a migration: each is a signal and an update of the same name, with one optional JSON object. */
export interface MigrationMessages {
  pause: Asked;
  resume: Asked;
  /** bandwidth: "20 Mbit/s", or "none" for no limit. */
  setBandwidth: Asked & { readonly bandwidth?: string };
  /** interval: "2h"; floor: "30m". */
  setInterval: Asked & { readonly interval?: string; readonly floor?: string };
  runRoundNow: Asked;
  addExclusions: Asked & { readonly patterns?: readonly string[] };
  removeExclusions: Asked & { readonly patterns?: readonly string[] };
  /** path in printable form. */
  acceptException: Asked & { readonly path?: string };
  /** chunk: one id; all blocked chunks when absent. */
  retryBlocked: Asked & { readonly chunk?: string };
  /** The chunk's open entries are accepted as they are; it joins the next round. */
  skipChunk: Asked & { readonly chunk?: string };
  /**
   * For one chunk that is blocked, or all whose deletes were refused; once, with what is named here in
   * place of both caps. A reason is needed.
   */
  allowDeletes: Asked & {
    readonly chunk?: string;
    readonly count?: number;
    readonly percent?: number;
  };
  rehearse: Asked;
  approveCutover: Asked;
  /** until: ISO 8601; withdraws the approval. */
  postponeCutover: Asked & { readonly until?: string };
  /** Cut over now, whatever the window says; the other gates stay. */
  startCutover: Asked;
  commit: Asked;
  rollBack: Asked;
  abort: Asked;
}
export type MigrationVerb = keyof MigrationMessages;
export const MIGRATION_VERBS: readonly MigrationVerb[] = [
  'pause',
  'resume',
  'setBandwidth',
  'setInterval',
  'runRoundNow',
  'addExclusions',
  'removeExclusions',
  'acceptException',
  'retryBlocked',
  'skipChunk',
  'allowDeletes',
  'rehearse',
  'approveCutover',
  'postponeCutover',
  'startCutover',
  'commit',
  'rollBack',
  'abort',
];

/** Messages to a chunk. */
export interface ChunkMessages {
  pause: Asked;
  resume: Asked;
  retry: Asked;
  skip: Asked;
}
export type ChunkVerb = keyof ChunkMessages;
export const CHUNK_VERBS: readonly ChunkVerb[] = ['pause', 'resume', 'retry', 'skip'];

/** Signals that workflows and workers send each other; nobody types them. */
export interface InternalMessages {
  /** To the migration and to the round. */
  chunkBlocked: BlockedChunk;
  /** To the migration: somebody said retry or skip. */
  chunkUnblocked: { readonly chunk: string };
  /** To the migration: a chunk that had been blocked has ended. */
  chunkClosed: ChunkReport;
  /** To the migration: where the round stands; `report` when it is over. */
  roundReport: RoundNews;
  /** To the migration, from a worker's circuit breaker. */
  linkReport: LinkReport;
}

export interface RoundNews {
  readonly round: number;
  readonly chunks: number;
  readonly done: number;
  readonly running: readonly string[];
  readonly report?: RoundReport;
  /** It was told to stop before its end. */
  readonly cancelled?: boolean;
}

export interface LinkReport {
  readonly state: 'open' | 'closed';
  readonly because: string;
  /** ISO 8601: when the link's present condition began. */
  readonly since: string;
  /** All outages so far, in milliseconds. */
  readonly outageMs: number;
  /** Where the link has several. */
  readonly lanes?: readonly LaneReport[];
}

export interface MigrationInput {
  readonly v: 1;
  readonly migration: string;
  /** Only across continue-as-new; `upgradeState` reads every version there ever was. */
  readonly state?: unknown;
}

export interface MigrationOutcome {
  readonly migration: string;
  readonly phase: 'done' | 'aborted';
  readonly because: string;
  readonly rounds: number;
}

export interface RoundInput {
  readonly v: 1;
  readonly migration: string;
  readonly round: RoundRef;
  readonly settings: WorkflowSettings;
  /** Chunk workflows that are still open from earlier rounds. */
  readonly blocked: readonly string[];
  /** The migration is paused: start nothing until `resume`. */
  readonly paused?: boolean;
  /** Only across continue-as-new. */
  readonly state?: unknown;
}

export interface ChunkInput {
  readonly v: 1;
  readonly migration: string;
  readonly chunk: string;
  readonly round: RoundRef;
  readonly settings: WorkflowSettings;
  readonly paused?: boolean;
}

export interface RoundRef {
  readonly number: number;
  readonly kind: RoundKind;
  readonly deletes: boolean;
  readonly verify: 'copied' | 'full';
}

/** Sums over chunks of a round; the names of ChunkSum. */
export type Totals = Readonly<Record<string, number>>;

export interface RoundReport {
  readonly round: RoundRef;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly chunks: number;
  /** Chunks that came to their end in it; rounds of earlier versions did not say. */
  readonly done?: number;
  readonly clean: number;
  /** At most 50; the ledger has them all. */
  readonly blocked: readonly BlockedChunk[];
  readonly blockedCount: number;
  /** Of the blocked: chunk workflows that ended without a report, so that `retry` cannot reach them. */
  readonly failedCount: number;
  readonly totals: Totals;
  /** Of its time, as its migration heard of it. */
  readonly outageMs?: number;
}

export interface BlockedChunk {
  readonly chunk: string;
  readonly step: StepName | 'close';
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

/** Answer of the query `progress` on a migration. */
export interface MigrationProgress {
  readonly migration: string;
  readonly phase: Phase;
  /** Conditions on top of the phase, each with its reason: paused, blocked, link down, lane down, postponed, and
   * given up: why the last cutover ended before the switch. */
  readonly conditions: readonly {
    readonly name: string;
    readonly because: string;
    readonly since: string;
  }[];
  readonly round?: {
    readonly number: number;
    readonly kind: RoundKind;
    readonly chunks: number;
    readonly done: number;
    readonly running: readonly string[];
    readonly blocked: number;
  };
  readonly rounds: readonly RoundReport[]; // the last 10
  readonly totals: Totals;
  readonly blocked: readonly BlockedChunk[];
  readonly blockedCount: number;
  readonly nextRoundAt?: string;
  readonly intervalMs: number;
  readonly outageMs: number;
  /** Where the link has several that can be away by themselves. */
  readonly lanes?: readonly LaneReport[];
  readonly approvedBy?: string;
  /** The gate that holds the cutover, or why it may go on. */
  readonly cutover: { readonly ready: boolean; readonly because: string };
  /** What the operator can do now, as command lines. */
  readonly nextSteps: readonly string[];
  /** Messages that made no sense, newest first, at most 10. */
  readonly rejectedMessages: readonly {
    readonly at: string;
    readonly name: string;
    readonly because: string;
  }[];
}
