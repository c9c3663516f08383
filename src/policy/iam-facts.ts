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
  readonly logGroup?: string | undefined;
  readonly vpcEndpoint?: string | undefined;
}

/** Every role that DataSync is handed, once each. */
export function serviceRoles({ accessRole, writeRole, readRole }: IamFacts): readonly string[] {
  return [...new Set([accessRole, writeRole, readRole].filter((role) => role !== undefined))];
}
