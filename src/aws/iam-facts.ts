/** Converts a spec to the facts that its IAM policies are built from. */
import type { AwsEnvironment } from '../policy/iam/arns.ts';
import type { IamFacts } from '../policy/iam/facts.ts';
import type { AwsSettings } from '../spec/aws-schema.ts';
import type { DataSyncSpec } from '../spec/kinds.ts';
import { MIGRATION_TAG } from './names.ts';

export function toIamFacts(spec: DataSyncSpec): IamFacts {
  const { name, destination, aws } = spec;
  const { bucket, prefix, writeRole, readRole = writeRole } = aws.reports;
  return {
    tag: { key: MIGRATION_TAG, value: name },
    environment: environmentOf(aws),
    fileSystem: destination.fileSystem,
    accessPoint: destination.accessPoint,
    kmsKey: destination.create?.kmsKey,
    subnets: destination.subnets,
    securityGroups: [
      ...new Set([...destination.securityGroups, ...(destination.mountTargetSecurityGroups ?? [])]),
    ],
    accessRole: destination.accessRole,
    bucket,
    prefix: withoutSlashes(prefix),
    writeRole,
    readRole,
    logGroup: aws.logGroup,
    vpcEndpoint: aws.vpcEndpoint?.id,
    s3Locations: (aws.s3Locations ?? []).map((each) => ({
      bucket: each.bucket,
      prefix: withoutSlashes(each.prefix),
      role: each.accessRole,
    })),
  };
}

const withoutSlashes = (path: string): string => path.replace(/^\/+|\/+$/g, '');

/** Takes the partition from the ARN of the write role, which every spec has. */
export function environmentOf({ region, account, reports }: AwsSettings): AwsEnvironment {
  return { partition: reports.writeRole.split(':')[1] ?? 'aws', region, account };
}
