/** Facts about an account that its checks are decided from. Plain data. */
import type { AccountContext } from './context.ts';
import type { FoundFileSystem, FoundTask } from '../provision/steps.ts';

export interface AccountFacts extends ResourceFacts {
  readonly context: AccountContext;
}

/** Resources of the migration in DataSync and EFS. */
export interface ResourceFacts {
  readonly wanted: WantedFacts;
  readonly agents: readonly AgentFacts[];
  /** Undefined: it does not exist yet. */
  readonly fileSystem?: FoundFileSystem | undefined;
  /** True when another file system is replicated to this one. */
  readonly replicatedTo: boolean;
  readonly mountTargets: readonly MountTargetFacts[];
  readonly accessPoint?: AccessPointFacts | undefined;
  /** Tasks of this migration. */
  readonly tasks: readonly FoundTask[];
  /** Number of other tasks in the region. */
  readonly otherTasks: number;
  /** Positive when this machine is ahead of AWS; undefined when no response had a date. */
  readonly clockSkewMs?: number | undefined;
  /** AWS's message by the name of each refused call. */
  readonly refused?: ReadonlyMap<string, string>;
}

/** Settings of the spec and its plan. */
export interface WantedFacts {
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
  readonly agents: readonly string[];
  readonly vpcEndpoint?: string | undefined;
  readonly agentMemoryGiB: number;
  /** Entries of the largest chunk at the source. */
  readonly entriesPerExecution: number;
  readonly chunks: number;
  readonly layout: 'auto' | 'task-per-chunk' | 'pool';
  readonly taskQuota: number;
  /** Length of the longest filter. */
  readonly filterCharacters: number;
  readonly fileSystem?: string | undefined;
  readonly create: boolean;
  /** ARN of a key or alias for a file system to be created. */
  readonly kmsKey?: string | undefined;
  readonly accessPoint?: string | undefined;
  readonly accessRole?: string | undefined;
  /** ARNs of all roles that DataSync assumes. */
  readonly roles: readonly string[];
  readonly subnets: readonly string[];
  /** Groups of DataSync's interfaces. */
  readonly securityGroups: readonly string[];
  /** Groups of mount targets to be created. */
  readonly mountTargetSecurityGroups: readonly string[];
  readonly logGroup?: string | undefined;
}

export interface AgentFacts {
  /** ARN or name, as the spec has it. */
  readonly specName: string;
  /** Undefined: no such agent exists. */
  readonly status?: string | undefined;
  readonly version?: string | undefined;
  readonly endpointType?: string | undefined;
  readonly vpcEndpoint?: string | undefined;
  /** ISO 8601. */
  readonly lastSeen?: string | undefined;
}

export interface MountTargetFacts {
  readonly id: string;
  readonly subnet: string;
  readonly zone?: string | undefined;
  /** IPv4. */
  readonly address?: string | undefined;
  readonly state: string;
  readonly securityGroups: readonly string[];
}

export interface AccessPointFacts {
  readonly id: string;
  readonly path: string;
  /** True when every entry belongs to one user. */
  readonly enforcesUser: boolean;
}

export interface AccountCheck {
  readonly check: string;
  readonly verdict: 'fine' | 'warning' | 'wrong' | 'not known';
  readonly found: string;
  /** The remedy, or the command that shows what longhaul cannot read. */
  readonly fix?: string;
}

export const fine = (check: string, found: string): AccountCheck => ({
  check,
  verdict: 'fine',
  found,
});
export const warning = (check: string, found: string, fix: string): AccountCheck => ({
  check,
  verdict: 'warning',
  found,
  fix,
});
export const wrong = (check: string, found: string, fix: string): AccountCheck => ({
  check,
  verdict: 'wrong',
  found,
  fix,
});
export const notKnown = (check: string, found: string, fix: string): AccountCheck => ({
  check,
  verdict: 'not known',
  found,
  fix,
});
