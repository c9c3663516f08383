/** Rounds, the steps of a chunk, and their reports. */
import type { Failure } from '../errors/failure.ts';

export type RoundKind = 'seed' | 'catch-up' | 'final' | 'rehearsal';
export type StepName = 'scan' | 'copy' | 'verify' | 'delete-pass';

export interface Round {
  readonly number: number;
  readonly kind: RoundKind;
  /** Entries gone at the source are removed from the destination in this round. */
  readonly deletes: boolean;
  /** 'copied': the entries that this round copied are read back. 'full': all entries are. */
  readonly verify: 'copied' | 'full';
}

export interface StepProgress {
  readonly step: StepName;
  readonly doneEntries: number;
  readonly totalEntries: number | undefined;
  readonly doneBytes: number;
  readonly totalBytes: number | undefined;
  /** Current phase, if the step has phases: 'preparing', 'transferring', …. */
  readonly phase?: string;
  /** Bytes that went over the link, if they differ from doneBytes: the rate counts these. */
  readonly wireBytes?: number;
}

/** An entry that a step could not finish. */
export interface OpenEntry extends Failure {
  readonly path: string; // printable form
}

export interface StepResult {
  readonly step: StepName;
  readonly counters: Readonly<Record<string, number>>;
  /** Number of entries that need an operator; the first ones are in `open`. */
  readonly blocked: number;
  /** At most 20 samples of blocked or drifted entries, worst first; all of them are in the journal. */
  readonly open: readonly OpenEntry[];
  readonly elapsedMs: number;
}

/**
 * Number of entries in each state, over all entries the chunk ever saw. The sum closes when
 * seen = verified + excluded + excepted + deleted + vanished + blocked + drifted + awaitingDelete + unverified.
 * A chunk is clean when blocked, drifted, awaitingDelete and unverified are 0.
 */
export interface ChunkSum {
  readonly seen: number;
  readonly verified: number;
  readonly excluded: number;
  readonly excepted: number;
  readonly deleted: number;
  readonly vanished: number;
  readonly blocked: number;
  readonly drifted: number;
  readonly awaitingDelete: number;
  readonly unverified: number;
  readonly bytes: number;
  /** Drift: entries and bytes that this round found new or changed. */
  readonly changedEntries: number;
  readonly changedBytes: number;
}
