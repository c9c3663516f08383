/** From a spec to what its IAM policies go by. */
import type { AwsPlace } from '../policy/iam/arns.ts';
import type { IamFacts } from '../policy/iam/facts.ts';
import type { AwsSettings } from '../spec/aws-schema.ts';
import type { DataSyncSpec } from '../spec/kinds.ts';
import { MIGRATION_TAG } from './names.ts';

export function toIamFacts(spec: DataSyncSpec): IamFacts {
  const { name, destination, aws } = spec;
  const { bucket, prefix, writeRole, readRole = writeRole } = aws.reports;
  return {
    tag: { key: MIGRATION_TAG, value: name },
    place: placeOf(aws),
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

/** The partition is that of the role, which every spec names. */
export function placeOf({ region, account, reports }: AwsSettings): AwsPlace {
  return { partition: reports.writeRole.split(':')[1] ?? 'aws', region, account };
}
