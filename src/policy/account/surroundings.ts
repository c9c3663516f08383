/**
 * What EC2, IAM, KMS, STS and Service Quotas tell of the surroundings of a migration. Each is asked by
 * itself: one that is refused or does not answer leaves the others.
 */

/** What a call told, or why it told nothing. */
export type Told<T> = { readonly told: T } | { readonly notTold: string };

export interface Surroundings {
  /** Whose credentials these are. */
  readonly identity: Told<{ readonly account: string; readonly arn: string }>;
  /** Those of the spec that there are. */
  readonly subnets: Told<readonly SubnetFacts[]>;
  /** DataSync's and those of the mount targets, as far as there are. */
  readonly securityGroups: Told<readonly SecurityGroupFacts[]>;
  /** Tenancy of the network of the first subnet: 'default' or 'dedicated'; undefined: no such subnet. */
  readonly tenancy: Told<string | undefined>;
  /** Undefined: the spec names none; told undefined: there is none of this id. */
  readonly vpcEndpoint?: Told<VpcEndpointFacts | undefined> | undefined;
  /** Of the file system, or the one it is to be made with; undefined: none is named. */
  readonly key?: Told<KeyFacts | undefined> | undefined;
  /** By ARN: the trust policy as JSON; told undefined: there is no such role. */
  readonly trusts: Readonly<Record<string, Told<string | undefined>>>;
  /** Of DataSync in the region. */
  readonly taskQuota: Told<number>;
}

export interface SubnetFacts {
  readonly id: string;
  readonly vpc: string;
  readonly zone: string;
  /** IPv4, '10.0.1.0/24'. */
  readonly cidr: string;
  readonly freeAddresses: number;
}

export interface SecurityGroupFacts {
  readonly id: string;
  readonly vpc: string;
  readonly ingress: readonly Rule[];
  readonly egress: readonly Rule[];
}

/** One permission of a security group. */
export interface Rule {
  /** 'tcp', '6', '-1' for all. */
  readonly protocol: string;
  /** Undefined: all. */
  readonly fromPort?: number | undefined;
  readonly toPort?: number | undefined;
  readonly groups: readonly string[];
  /** IPv4. */
  readonly cidrs: readonly string[];
  readonly prefixLists: readonly string[];
}

export interface VpcEndpointFacts {
  readonly state: string;
  /** 'com.amazonaws.eu-central-1.datasync'. */
  readonly service: string;
  readonly privateDns: boolean;
}

export interface KeyFacts {
  readonly arn: string;
  readonly manager: 'AWS' | 'CUSTOMER';
  /** 'Enabled', 'Disabled', 'PendingDeletion' and so on. */
  readonly state: string;
  /** 'SYMMETRIC_DEFAULT' is what EFS takes. */
  readonly spec: string;
}
