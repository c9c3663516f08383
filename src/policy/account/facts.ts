/** What is known of an account before a migration by DataSync. Plain data. */
import type { Surroundings } from './surroundings.ts';
import type { FoundFileSystem, FoundTask } from '../provision/steps.ts';

export interface AccountFacts extends KnownOfAccount {
  readonly around: Surroundings;
}

/** What DataSync and EFS tell. */
export interface KnownOfAccount {
  readonly wanted: WantedFacts;
  readonly agents: readonly AgentFacts[];
  /** Undefined: there is none yet. */
  readonly fileSystem?: FoundFileSystem | undefined;
  /** It is what another file system is replicated to. */
  readonly replicatedTo: boolean;
  readonly mountTargets: readonly MountTargetFacts[];
  readonly accessPoint?: AccessPointFacts | undefined;
  /** Of this migration. */
  readonly tasks: readonly FoundTask[];
  /** In the region, of whoever else. */
  readonly otherTasks: number;
  /** This machine's clock against AWS's; undefined when no answer told the time. */
  readonly clockSkewMs?: number | undefined;
  /** Calls that were refused, with what AWS said. */
  readonly refused?: ReadonlyMap<string, string>;
}

/** From the spec. */
export interface WantedFacts {
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
  readonly agents: readonly string[];
  readonly vpcEndpoint?: string | undefined;
  readonly agentMemoryGiB: number;
  /** Of the largest chunk, at the source. */
  readonly entriesPerExecution: number;
  readonly chunks: number;
  readonly layout: 'auto' | 'task-per-chunk' | 'pool';
  readonly taskQuota: number;
  /** The longest list of filters. */
  readonly filterCharacters: number;
  readonly fileSystem?: string | undefined;
  readonly create: boolean;
  /** For a file system that is made: the ARN of a key or an alias. */
  readonly kmsKey?: string | undefined;
  readonly accessPoint?: string | undefined;
  readonly accessRole?: string | undefined;
  /** All that DataSync takes. */
  readonly roles: readonly string[];
  readonly subnets: readonly string[];
  /** Of DataSync's interfaces. */
  readonly securityGroups: readonly string[];
  /** Of the mount targets that are made. */
  readonly mountTargetSecurityGroups: readonly string[];
  readonly logGroup?: string | undefined;
}

export interface AgentFacts {
  /** As the spec names it. */
  readonly called: string;
  /** Undefined: there is none of this name or ARN. */
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
  /** It makes every entry belong to one user. */
  readonly enforcesUser: boolean;
}

export interface AccountCheck {
  readonly check: string;
  readonly verdict: 'fine' | 'warning' | 'wrong' | 'not known';
  readonly found: string;
  /** What to do, or the command that tells what longhaul cannot see. */
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
