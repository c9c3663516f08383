/** Desired resources, found resources, and the steps from the found to the desired ones. Plain data. */

/** Derived from the spec alone, so that a later run finds what an interrupted one has created. */
export interface DesiredResources {
  readonly migration: string;
  readonly tag: { readonly key: string; readonly value: string };
  readonly fileSystem: {
    /** An existing file system, which is never changed. */
    readonly id?: string | undefined;
    readonly create?: DesiredFileSystem | undefined;
  };
  readonly accessRole?: string | undefined;
  /** An existing access point. */
  readonly accessPoint?: string | undefined;
  /** An access point creates the directory of a new file system on the first mount. */
  readonly createAccessPoint: boolean;
  readonly subnets: readonly string[];
  /** One per agent, in the order of the spec. */
  readonly lanes: readonly DesiredLane[];
  /** `nfs://server/path/`, in DataSync's form. */
  readonly sourceUri: string;
  /** `s3://bucket/prefix/`, in the order of the spec. */
  readonly s3Uris: readonly string[];
  /** Path below the root of the file system or of the access point. */
  readonly efsPath: string;
  /** 'AUTOMATIC', 'NFS3', …. */
  readonly nfsVersion: string;
  /** ARNs of the subnet and the security groups of DataSync's interfaces. */
  readonly mountFrom: Pick<EfsMount, 'subnet' | 'securityGroups'>;
  readonly region: string;
  readonly createTasks: boolean;
  /** The migration is done: the lifecycle policy may be set. */
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

export interface FoundResources {
  readonly agents: readonly FoundAgent[];
  readonly fileSystem?: FoundFileSystem | undefined;
  readonly mountTargets: readonly FoundMountTarget[];
  readonly accessPoint?: FoundAccessPoint | undefined;
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
  /** JSON; undefined: the default, which allows everything to everyone. */
  readonly policy?: string | undefined;
  /** Transition rules, 'AFTER_30_DAYS'; empty: files stay in their storage class. */
  readonly lifecycle: readonly string[];
  /** True when it has the tag of the migration, which has then created it. */
  readonly ours: boolean;
}

export interface FoundAccessPoint {
  readonly id: string;
  readonly state: string;
}

export interface FoundMountTarget {
  readonly id: string;
  readonly state: string;
  readonly subnet?: string | undefined;
}

export interface FoundLocation {
  readonly arn: string;
  readonly uri: string;
  readonly ours: boolean;
  /** NFS only, as is `version`. */
  readonly agents?: readonly string[] | undefined;
  readonly version?: string | undefined;
  /** EFS only. */
  readonly mount?: EfsMount | undefined;
}

/** How DataSync mounts a file system. All names are ARNs. */
export interface EfsMount {
  readonly tls: boolean;
  readonly accessPoint?: string | undefined;
  readonly accessRole?: string | undefined;
  readonly subnet: string;
  readonly securityGroups: readonly string[];
}

/** Compares access points by id, security groups in any order, and everything else exactly. */
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
export type Action =
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

export type ActionOf<Name extends Action['do']> = Extract<Action, { do: Name }>;

export interface ProvisionStep {
  /** Unique name that is the same in every run: 'mount target in subnet-1', 'task of lane 0'. */
  readonly what: string;
  readonly state:
    | 'there' // exists as desired
    | 'to do'
    | 'later' // after an earlier step
    | 'waiting' // AWS is working on it
    | 'refused'; // needs the operator
  readonly because: string;
  readonly fix?: string;
  readonly action?: Action;
}

export const there = (what: string, because: string): ProvisionStep => ({
  what,
  state: 'there',
  because,
});
export const later = (what: string, because: string): ProvisionStep => ({
  what,
  state: 'later',
  because,
});
export const waiting = (what: string, because: string): ProvisionStep => ({
  what,
  state: 'waiting',
  because,
});
export const toDo = (what: string, because: string, action: Action): ProvisionStep => ({
  what,
  state: 'to do',
  because,
  action,
});
export const refused = (what: string, because: string, fix: string): ProvisionStep => ({
  what,
  state: 'refused',
  because,
  fix,
});
