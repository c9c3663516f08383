/** Data that the command line shows of a migration at one moment. */
import type { Phase } from '../policy/rounds/phase.ts';
import type { MigrationProgress } from '../protocol/reports.ts';

/** A running chunk, from the heartbeat of its step: a hint, usually a few seconds old. */
export interface RunningChunk {
  readonly chunk: string;
  /** 'scan', 'copy', 'verify', 'delete-pass', 'close'. */
  readonly step: string;
  /** Phase of the step, if it has phases: 'preparing', 'transferring'. */
  readonly phase?: string;
  readonly doneEntries: number;
  readonly totalEntries?: number;
  readonly doneBytes: number;
  readonly totalBytes?: number;
  readonly bytesPerSecond?: number;
  /** Absent for the first attempt. Above 1: an earlier worker ended or stopped sending heartbeats. */
  readonly attempt?: number;
  /** Why it waits: "parked: link down", "attempt 3: …". */
  readonly because?: string;
}

export interface Snapshot {
  /** ISO 8601. */
  readonly at: string;
  readonly migration: string;
  /** Undefined if no worker answered; `unanswered` is set instead. */
  readonly progress?: MigrationProgress;
  readonly unanswered?: { readonly because: string; readonly phase?: Phase };
  readonly running: readonly RunningChunk[];
}

export interface MigrationRow {
  readonly migration: string;
  /** A phase; '' if the server does not know it. */
  readonly phase: string;
  /** Temporal's status: 'RUNNING', 'COMPLETED', 'FAILED', 'TERMINATED', …. */
  readonly status: string;
  readonly round?: number;
  readonly blockedChunks: number;
  /** ISO 8601. */
  readonly startedAt: string;
  /** True if it was started at an unknown time before `startedAt`: the server has deleted the first run. */
  readonly startedBefore?: boolean;
}

export interface ChunkRow {
  readonly chunk: string;
  readonly state: string;
  readonly round?: number;
  readonly entries?: number;
  readonly bytes?: number;
  /** Printable form. */
  readonly roots?: readonly string[];
  readonly because?: string;
}

/** Result of sending a message. */
export interface Sent {
  readonly verb: string;
  /** The answer of the migration; undefined if the message was stored. */
  readonly answer?: string;
  /** False: no worker answered; the server stores the message until one polls. */
  readonly answered: boolean;
}
