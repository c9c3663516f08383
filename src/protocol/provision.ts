/** Names and shapes of the provisioning workflow. Names and fields are frozen once released. */
import type { LocationSpec } from '../spec/kinds.ts';

/** Every worker polls this queue: its activities call AWS and need no trees. */
export const PROVISION_QUEUE = 'longhaul/provision';
/** Provisioning and teardown have the same id, so that they never run at the same time. */
export const provisionId = (migration: string): string => `provision/${migration}`;

export type ProvisionJob =
  | {
      readonly mode: 'provision';
      readonly spec: LocationSpec;
      /** True once the migration is done: the lifecycle policy of the file system may begin. */
      readonly done: boolean;
    }
  | {
      readonly mode: 'teardown';
      readonly spec: LocationSpec;
      /** Id of a file system that is removed as well, because an operator named it. */
      readonly fileSystem?: string;
    };

export interface ProvisionInput {
  readonly v: 1;
  readonly job: ProvisionJob;
  /** Set by continue-as-new only: the actions so far. */
  readonly did?: readonly string[];
}

/** Result of one round, each list cut to a few lines. */
export interface ProvisionRound {
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

/** Answer of the query `progress`, and the result of the workflow. */
export interface ProvisionProgress {
  readonly migration: string;
  readonly mode: ProvisionJob['mode'];
  /** All actions, in order. */
  readonly did: readonly string[];
  readonly waiting: readonly string[];
  readonly refused: readonly ProvisionRefusal[];
}
