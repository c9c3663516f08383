/** Inputs and results of the workflows. Fields are frozen once released. */
import type { Round } from '../model/round.ts';
import type { WorkflowSettings } from '../spec/settings.ts';

export interface MigrationInput {
  readonly v: 1;
  readonly migration: string;
  /** Set by continue-as-new only; `openState` reads every version that was ever carried over. */
  readonly state?: unknown;
}

export interface MigrationOutcome {
  readonly migration: string;
  readonly phase: 'done' | 'aborted';
  readonly because: string;
  /** Number of rounds that were started. */
  readonly rounds: number;
}

export interface RoundInput {
  readonly v: 1;
  readonly migration: string;
  readonly round: Round;
  readonly settings: WorkflowSettings;
  /** Ids of the chunks whose workflows are still open from earlier rounds. */
  readonly blocked: readonly string[];
  /** True while the migration is paused: the round starts nothing until `resume`. */
  readonly paused?: boolean;
  /** Set by continue-as-new only. */
  readonly state?: unknown;
}

export interface ChunkInput {
  readonly v: 1;
  readonly migration: string;
  readonly chunk: string;
  readonly round: Round;
  readonly settings: WorkflowSettings;
  readonly paused?: boolean;
}
