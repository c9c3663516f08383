/** What the IAM policies of a migration go by: its own names and nothing else. */
import type { AwsPlace } from './arns.ts';

export interface IamFacts {
  /** What everything of the migration carries. */
  readonly tag: { readonly key: string; readonly value: string };
  readonly place: AwsPlace;
  /** Undefined: one is to be made. */
  readonly fileSystem?: string | undefined;
  readonly accessPoint?: string | undefined;
  /** A key or an alias; undefined: the key that AWS manages. */
  readonly kmsKey?: string | undefined;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  /** The role DataSync takes to mount the file system. */
  readonly accessRole?: string | undefined;
  readonly bucket: string;
  readonly prefix: string;
  readonly writeRole: string;
  readonly readRole: string;
  /** Beside those of the migration itself. */
  readonly s3Locations?: readonly S3Access[] | undefined;
  readonly logGroup?: string | undefined;
  readonly vpcEndpoint?: string | undefined;
}

/** What a role may do with one place in S3. */
export interface S3Access {
  readonly bucket: string;
  /** Without slashes at its ends. */
  readonly prefix: string;
  readonly role: string;
}

/** Every role that DataSync is handed, once each. */
export function serviceRoles(facts: IamFacts): readonly string[] {
  const { accessRole, writeRole, readRole, s3Locations = [] } = facts;
  const all = [accessRole, writeRole, readRole, ...s3Locations.map(({ role }) => role)];
  return [...new Set(all.filter((role) => role !== undefined))];
}

/** The roles of locations: what CreateLocation… is handed. */
export function locationRoles({ accessRole, s3Locations = [] }: IamFacts): readonly string[] {
  const all = [accessRole, ...s3Locations.map(({ role }) => role)];
  return [...new Set(all.filter((role) => role !== undefined))];
}
