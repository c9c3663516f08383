/**
 * The context of a migration in its account, from EC2, IAM, KMS, STS and Service Quotas. Each fact is an
 * answer of its own: a refused or failed call makes only that one unavailable.
 */

/** The result of a call, or why there is none. */
export type Answer<T> = { readonly value: T } | { readonly unavailable: string };

export interface AccountContext {
  /** Owner of the credentials. */
  readonly identity: Answer<{ readonly account: string; readonly arn: string }>;
  /** Subnets of the spec that exist. */
  readonly subnets: Answer<readonly SubnetFacts[]>;
  /** Groups of DataSync's interfaces and of the mount targets that exist. */
  readonly securityGroups: Answer<readonly SecurityGroupFacts[]>;
  /** Tenancy of the first subnet's VPC: 'default' or 'dedicated'; undefined: the subnet does not exist. */
  readonly tenancy: Answer<string | undefined>;
  /** Undefined: the spec names none. A value of undefined: it does not exist. */
  readonly vpcEndpoint?: Answer<VpcEndpointFacts | undefined> | undefined;
  /** Key of the existing or desired file system. Undefined: none is named. A value of undefined: it does not exist. */
  readonly key?: Answer<KeyFacts | undefined> | undefined;
  /** Trust policy as JSON, by the ARN of the role. A value of undefined: the role does not exist. */
  readonly trusts: Readonly<Record<string, Answer<string | undefined>>>;
  /** Quota for DataSync tasks in the region. */
  readonly taskQuota: Answer<number>;
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
  readonly ingress: readonly SecurityGroupRule[];
  readonly egress: readonly SecurityGroupRule[];
}

/** IPv4 only. */
export interface SecurityGroupRule {
  /** 'tcp', '6', or '-1' for all. */
  readonly protocol: string;
  /** Undefined: all ports. */
  readonly fromPort?: number | undefined;
  readonly toPort?: number | undefined;
  readonly groups: readonly string[];
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
  /** 'Enabled', 'Disabled', 'PendingDeletion', …. */
  readonly state: string;
  /** EFS accepts only 'SYMMETRIC_DEFAULT'. */
  readonly spec: string;
}
