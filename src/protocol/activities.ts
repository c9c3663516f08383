/** What the workflows ask of the workers: plain data in, plain data out. Names and fields are frozen once released. */
import type { ProvisionJob, ProvisionNews } from './provision.ts';
import type { Round, ChunkSum, StepName, StepResult } from '../model/round.ts';
import type { ControlsChange } from '../policy/rounds/controls.ts';
import type { WorkflowSettings } from '../spec/settings.ts';

export interface StepInput {
  readonly migration: string;
  readonly chunk: string;
  readonly round: Round;
}

/** On the step queue. Each may run again after a crash at any point and is then cheap. */
export interface StepActivities {
  scan(input: StepInput): Promise<StepResult>;
  copy(input: StepInput): Promise<StepResult>;
  verify(input: StepInput): Promise<StepResult>;
  deletePass(input: StepInput): Promise<StepResult>;
  closeChunk(input: StepInput): Promise<ChunkSum>;
  assessAndPlan(input: { readonly migration: string }): Promise<Planned>;
}

export const STEP_NAME = {
  scan: 'scan',
  copy: 'copy',
  verify: 'verify',
  deletePass: 'delete-pass',
} as const satisfies Record<string, StepName>;

export interface Planned {
  readonly settings: WorkflowSettings;
  readonly chunks: number;
  readonly revision: number;
}

export interface ChunkPage {
  readonly ids: readonly string[];
  /** Of the whole plan. */
  readonly total: number;
}

export type HookName = 'freeze' | 'switch';

export interface HookResult {
  readonly exitCode: number;
  /** The last 2,000 characters of both streams. */
  readonly output: string;
  readonly elapsedMs: number;
}

/** A line of the ledger. `key` makes it idempotent: a second one with the same key is not written. */
export interface LedgerNote {
  readonly key: string;
  readonly kind: string;
  readonly at: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** On the control queue: short. */
export interface ControlActivities {
  listChunks(input: {
    readonly migration: string;
    readonly after?: string;
    readonly limit: number;
  }): Promise<ChunkPage>;
  changeControls(input: {
    readonly migration: string;
    readonly change: ControlsChange;
  }): Promise<void>;
  /** `key` names the occasion: run again with the same key, a hook that has finished is not run again. */
  runHook(input: {
    readonly migration: string;
    readonly hook: HookName;
    readonly key: string;
  }): Promise<HookResult>;
  record(input: { readonly migration: string; readonly note: LedgerNote }): Promise<void>;
}

/** On the queue of provisioning: calls to AWS, each safe to be cut and made again. */
export interface ProvisionActivities {
  provisionRound(job: ProvisionJob): Promise<ProvisionNews>;
}

export type Activities = StepActivities & ControlActivities;
