/** What provisioning wants, what it finds, and the steps from one to the other. Plain data. */

/** From the spec; names, tokens and tags are those that find again what an interrupted run made. */
export interface Desired {
  readonly migration: string;
  readonly tag: { readonly key: string; readonly value: string };
  readonly fileSystem: {
    /** One that was there before: it is used as it is. */
    readonly id?: string | undefined;
    readonly create?: DesiredFileSystem | undefined;
  };
  readonly accessRole?: string | undefined;
  /** An access point that was there before. */
  readonly accessPoint?: string | undefined;
  /** Of a file system that is made: an access point makes the directory when it is first mounted. */
  readonly makeAccessPoint: boolean;
  readonly subnets: readonly string[];
  /** One for each agent, in the spec's order. */
  readonly lanes: readonly DesiredLane[];
  /** `nfs://server/path/`, as DataSync writes it. */
  readonly sourceUri: string;
  /** `s3://bucket/prefix/`, in the spec's order. */
  readonly s3Uris: readonly string[];
  /** Of the path below the file system, or below the access point. */
  readonly efsPath: string;
  /** 'AUTOMATIC', 'NFS3' and so on. */
  readonly nfsVersion: string;
  /** ARNs of where DataSync mounts from. */
  readonly mountFrom: Pick<EfsMount, 'subnet' | 'securityGroups'>;
  readonly region: string;
  readonly makeTasks: boolean;
  /** The migration is done: the lifecycle policy may begin. */
  readonly done: boolean;
}

export interface DesiredFileSystem {
  readonly kmsKey?: string | undefined;
  readonly throughput: 'elastic' | 'bursting' | 'provisioned';
  readonly backup: boolean;
  readonly infrequentAccessAfterDays?: number | undefined;
}

export interface DesiredLane {
  /** ARN or name. */
  readonly agent: string;
  readonly taskName: string;
}

export interface Found {
  readonly agents: readonly FoundAgent[];
  readonly fileSystem?: FoundFileSystem | undefined;
  readonly mountTargets: readonly FoundPart[];
  readonly accessPoint?: FoundPart | undefined;
  readonly locations: readonly FoundLocation[];
  readonly tasks: readonly FoundTask[];
}

export interface FoundAgent {
  readonly arn: string;
  readonly name?: string | undefined;
  readonly status?: string | undefined;
}

export interface FoundFileSystem {
  readonly id: string;
  readonly arn: string;
  readonly state: string;
  readonly encrypted: boolean;
  readonly kmsKey?: string | undefined;
  readonly throughput?: string | undefined;
  readonly backup: boolean;
  /** As JSON; undefined: the default, which lets everybody do everything. */
  readonly policy?: string | undefined;
  /** Days after which files move to Infrequent Access; undefined when they do not. */
  readonly lifecycle: readonly string[];
  /** It carries the tag of the migration: this made it. */
  readonly ours: boolean;
}

export interface FoundPart {
  readonly id: string;
  readonly state: string;
  /** Of a mount target. */
  readonly subnet?: string | undefined;
}

export interface FoundLocation {
  readonly arn: string;
  readonly uri: string;
  readonly ours: boolean;
  /** Of an NFS location. */
  readonly agents?: readonly string[] | undefined;
  readonly version?: string | undefined;
  /** Of an EFS location. */
  readonly mount?: EfsMount | undefined;
}

/** How DataSync mounts a file system; all ARNs. */
export interface EfsMount {
  readonly tls: boolean;
  readonly accessPoint?: string | undefined;
  readonly accessRole?: string | undefined;
  readonly subnet: string;
  readonly securityGroups: readonly string[];
}

/** One without TLS, or with another role or network, is not what was wanted, whoever made it. */
export function mountsAlike(a: EfsMount, b: EfsMount): boolean {
  const groups = new Set(b.securityGroups);
  const idOf = (arn: string | undefined): string | undefined => arn?.split('/').at(-1);
  return (
    a.tls === b.tls &&
    idOf(a.accessPoint) === idOf(b.accessPoint) &&
    a.accessRole === b.accessRole &&
    a.subnet === b.subnet &&
    a.securityGroups.length === groups.size &&
    a.securityGroups.every((group) => groups.has(group))
  );
}

export interface FoundTask {
  readonly arn: string;
  readonly name?: string | undefined;
  readonly status: string;
  readonly source: string;
  readonly destination: string;
  readonly ours: boolean;
  readonly error?: string | undefined;
}

/** One call that changes the account. */
export type Deed =
  | { readonly do: 'create file system' }
  | { readonly do: 'set throughput'; readonly fileSystem: string }
  | { readonly do: 'enable backups'; readonly fileSystem: string }
  | { readonly do: 'put policy'; readonly fileSystem: string; readonly arn: string }
  | {
      readonly do: 'put lifecycle';
      readonly fileSystem: string;
      readonly transition?: string | undefined;
    }
  | {
      readonly do: 'create mount target';
      readonly fileSystem: string;
      readonly subnet: string;
    }
  | { readonly do: 'create access point'; readonly fileSystem: string }
  | { readonly do: 'create NFS location'; readonly lane: number; readonly agent: string }
  | { readonly do: 'create S3 location'; readonly number: number }
  | {
      readonly do: 'create EFS location';
      readonly fileSystem: string;
      readonly accessPoint?: string | undefined;
    }
  | {
      readonly do: 'create task';
      readonly lane: number;
      readonly source: string;
      readonly destination: string;
    }
  | { readonly do: 'delete task' | 'delete location'; readonly arn: string }
  | {
      readonly do: 'delete access point' | 'delete mount target' | 'delete file system';
      readonly id: string;
    };

export interface Step {
  /** 'mount target in subnet-1', 'task of lane 0': names the step in every run. */
  readonly what: string;
  readonly state:
    | 'there' // nothing to do
    | 'to do'
    | 'later' // after an earlier step
    | 'waiting' // AWS is at it
    | 'refused'; // needs a person
  readonly because: string;
  readonly fix?: string;
  readonly deed?: Deed;
}

export const there = (what: string, because: string): Step => ({ what, state: 'there', because });
export const later = (what: string, because: string): Step => ({ what, state: 'later', because });
export const waiting = (what: string, because: string): Step => ({
  what,
  state: 'waiting',
  because,
});
export const toDo = (what: string, because: string, deed: Deed): Step => ({
  what,
  state: 'to do',
  because,
  deed,
});
export const refused = (what: string, because: string, fix: string): Step => ({
  what,
  state: 'refused',
  because,
  fix,
});
