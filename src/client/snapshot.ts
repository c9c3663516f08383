/** What the command line and the dashboard show: one look at a migration, as data. */
import type { Phase } from '../policy/rounds/phase.ts';
import type { MigrationProgress } from '../protocol/reports.ts';

/** A chunk at work, from the heartbeat of its running step: a hint, at most a few seconds old. */
export interface RunningChunk {
  readonly chunk: string;
  /** 'scan', 'copy', 'verify', 'delete-pass', 'close'. */
  readonly step: string;
  /** What the step is at, where it has phases of its own: 'preparing', 'transferring'. */
  readonly phase?: string;
  readonly doneEntries: number;
  readonly totalEntries?: number;
  readonly doneBytes: number;
  readonly totalBytes?: number;
  readonly bytesPerSecond?: number;
  /** Above 1: an earlier worker gave no answer, or ended. Absent when it is the first. */
  readonly attempt?: number;
  /** Why it waits: "parked: link down", "attempt 3: …". */
  readonly because?: string;
}

export interface Snapshot {
  /** ISO 8601. */
  readonly at: string;
  readonly migration: string;
  /** Undefined when no worker answered; `unanswered` says so. */
  readonly progress?: MigrationProgress;
  readonly unanswered?: { readonly because: string; readonly phase?: Phase };
  readonly running: readonly RunningChunk[];
}

export interface MigrationRow {
  readonly migration: string;
  /** Of the phase words; '' when the server does not say. */
  readonly phase: string;
  /** Of Temporal: 'RUNNING', 'COMPLETED', 'FAILED', 'TERMINATED', …. */
  readonly status: string;
  readonly round?: number;
  readonly blockedChunks: number;
  /** ISO 8601. */
  readonly startedAt: string;
  /** The server has forgotten the first run: it was started at an unknown time before that. */
  readonly startedBefore?: boolean;
}

export interface ChunkRow {
  readonly chunk: string;
  readonly state: string;
  readonly round?: number;
  readonly entries?: number;
  readonly bytes?: number;
  /** Printable. */
  readonly roots?: readonly string[];
  readonly because?: string;
}

/** How a message was taken. */
export interface Sent {
  readonly verb: string;
  /** The migration's own words; undefined when it was only stored. */
  readonly answer?: string;
  /** false: no worker answered; the server keeps the message until one is there. */
  readonly answered: boolean;
}
