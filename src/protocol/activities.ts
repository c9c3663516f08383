/** Activities that workflows call: plain data in, plain data out. Names and fields are frozen once released. */
import type { ChunkSum, Round, StepName, StepResult } from '../model/round.ts';
import type { ControlsChange } from '../policy/rounds/controls.ts';
import type { WorkflowSettings } from '../spec/settings.ts';
import type { ProvisionJob, ProvisionRound } from './provision.ts';

export interface StepInput {
  readonly migration: string;
  readonly chunk: string;
  readonly round: Round;
}

/** On the step queue. Each may run again after a crash at any point, and then skips what it finished. */
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
  /** Number of chunks in the whole plan. */
  readonly total: number;
}

export type HookName = 'freeze' | 'switch';

export interface HookResult {
  readonly exitCode: number;
  /** The last 2,000 characters of both streams. */
  readonly output: string;
  readonly elapsedMs: number;
}

/** A line of the ledger; a note that is sent again under its `key` adds no second line. */
export interface LedgerNote {
  readonly key: string;
  readonly kind: string;
  readonly at: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** On the control queue; short, except for hooks. */
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
  /** A hook that succeeded is not run again under the same `key`. */
  runHook(input: {
    readonly migration: string;
    readonly hook: HookName;
    readonly key: string;
  }): Promise<HookResult>;
  record(input: { readonly migration: string; readonly note: LedgerNote }): Promise<void>;
}

/** On the provisioning queue. Each may be interrupted and called again at any point. */
export interface ProvisionActivities {
  provisionRound(job: ProvisionJob): Promise<ProvisionRound>;
}

export type Activities = StepActivities & ControlActivities;
