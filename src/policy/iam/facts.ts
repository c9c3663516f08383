/** The names from which the IAM policies of a migration are built. */
import type { AwsEnvironment } from './arns.ts';

export interface IamFacts {
  /** Set on every resource of the migration. */
  readonly tag: { readonly key: string; readonly value: string };
  readonly environment: AwsEnvironment;
  /** Undefined: it is to be created. */
  readonly fileSystem?: string | undefined;
  readonly accessPoint?: string | undefined;
  /** ARN of a key or an alias; undefined: the AWS managed key. */
  readonly kmsKey?: string | undefined;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  /** The role that DataSync assumes to mount the file system. */
  readonly accessRole?: string | undefined;
  readonly bucket: string;
  readonly prefix: string;
  readonly writeRole: string;
  readonly readRole: string;
  /** Locations in addition to those of the migration. */
  readonly s3Locations?: readonly S3Access[] | undefined;
  readonly logGroup?: string | undefined;
  readonly vpcEndpoint?: string | undefined;
}

/** An S3 location and the role that DataSync assumes for it. */
export interface S3Access {
  readonly bucket: string;
  /** Without leading and trailing slashes. */
  readonly prefix: string;
  readonly role: string;
}

/** Returns every role that is passed to DataSync, without duplicates. */
export function serviceRoles(facts: IamFacts): readonly string[] {
  const { accessRole, writeRole, readRole, s3Locations = [] } = facts;
  const all = [accessRole, writeRole, readRole, ...s3Locations.map(({ role }) => role)];
  return [...new Set(all.filter((role) => role !== undefined))];
}

/** Returns the roles that are passed to CreateLocation…. */
export function locationRoles({ accessRole, s3Locations = [] }: IamFacts): readonly string[] {
  const all = [accessRole, ...s3Locations.map(({ role }) => role)];
  return [...new Set(all.filter((role) => role !== undefined))];
}
