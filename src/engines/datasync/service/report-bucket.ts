/** Where executions put their reports, and read their manifests from. */
import { environmentOf } from '../../../aws/iam-facts.ts';
import { bucketArn } from '../../../policy/iam/arns.ts';
import type { DataSyncSpec } from '../../../spec/kinds.ts';
import type { StartRequest } from './api.ts';

type RequestPart<Name extends keyof StartRequest> = NonNullable<StartRequest[Name]>;

/** Key prefix of everything the migration has in the bucket, without a trailing slash. */
export function reportPrefix({ name, aws }: DataSyncSpec): string {
  return `${aws.reports.prefix}/${name}`;
}

export function reportConfig(spec: DataSyncSpec): RequestPart<'TaskReportConfig'> {
  const { bucket, writeRole } = spec.aws.reports;
  return {
    Destination: {
      S3: {
        S3BucketArn: bucketArn(environmentOf(spec.aws), bucket),
        Subdirectory: reportPrefix(spec),
        BucketAccessRoleArn: writeRole,
      },
    },
    OutputType: 'STANDARD',
    ReportLevel: 'SUCCESSES_AND_ERRORS',
  };
}

export function manifestConfig(spec: DataSyncSpec, key: string): RequestPart<'ManifestConfig'> {
  const { bucket, writeRole, readRole = writeRole } = spec.aws.reports;
  return {
    Action: 'TRANSFER',
    Format: 'CSV',
    Source: {
      S3: {
        S3BucketArn: bucketArn(environmentOf(spec.aws), bucket),
        ManifestObjectPath: key,
        BucketAccessRoleArn: readRole,
      },
    },
  };
}
