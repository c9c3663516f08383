/** Names and shapes of the workflow that provisions. Frozen once released. Pure. */
import type { LocationSpec } from '../spec/kinds.ts';

/** Polled by every worker: calls to AWS, which need no trees. */
export const PROVISION_QUEUE = 'longhaul/provision';
/** One id for making and removing, so that they never run at once. */
export const provisionId = (migration: string): string => `provision/${migration}`;

export type ProvisionJob =
  | {
      readonly mode: 'provision';
      readonly spec: LocationSpec;
      /** The migration is done, and the lifecycle may begin. */
      readonly done: boolean;
    }
  | {
      readonly mode: 'teardown';
      readonly spec: LocationSpec;
      /** Named by a person: it goes too. */
      readonly fileSystem?: string;
    };

export interface ProvisionInput {
  readonly v: 1;
  readonly job: ProvisionJob;
  /** Only across continue-as-new: what was done so far. */
  readonly did?: readonly string[];
}

/** What one round says, cut to a few lines. */
export interface ProvisionNews {
  readonly did: readonly string[];
  /** 'mount target in subnet-1: fsmt-1 is creating'. */
  readonly waiting: readonly string[];
  readonly refused: readonly ProvisionRefusal[];
}

export interface ProvisionRefusal {
  readonly what: string;
  readonly because: string;
  readonly fix: string;
}

/** Answer of the query `progress`, and the outcome. */
export interface ProvisionProgress {
  readonly migration: string;
  readonly mode: ProvisionJob['mode'];
  /** All that was done, in this order. */
  readonly did: readonly string[];
  readonly waiting: readonly string[];
  readonly refused: readonly ProvisionRefusal[];
}
