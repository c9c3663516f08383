/**
 * Policies that the operator attaches to other identities and resources: the roles that DataSync assumes,
 * the file system, the log group and the key. Every trust policy names the account and DataSync's ARNs in
 * it, so that no other account's DataSync can use these roles.
 */
import { arnOf, bucketArn, fileSystemArn } from './arns.ts';
import { allow, document, type Condition, type PolicyDocument } from './document.ts';
import { serviceRoles, type IamFacts, type S3Access } from './facts.ts';
import { reportsArn } from './statements.ts';

export interface RoleDocument {
  readonly name: string;
  /** ARNs or ids of the roles or the resource to attach it to. */
  readonly attachTo: string;
  readonly title: string;
  readonly document: PolicyDocument;
}

export function roleDocuments(facts: IamFacts): readonly RoleDocument[] {
  return [
    {
      name: 'datasync-trust',
      attachTo: serviceRoles(facts).join(', '),
      title: 'trust policy of every role that DataSync assumes',
      document: trust(facts),
    },
    {
      name: 'reports',
      attachTo: facts.writeRole,
      title: 'write task reports',
      document: reports(facts),
    },
    {
      name: 'manifests',
      attachTo: facts.readRole,
      title: 'read manifests',
      document: manifests(facts),
    },
    ...s3Documents(facts),
    fileSystemDocument(facts),
    ...logDocuments(facts),
    ...keyDocuments(facts),
  ];
}

function s3Documents(facts: IamFacts): RoleDocument[] {
  const { s3Locations = [] } = facts;
  if (s3Locations.length === 0) return [];
  const roles = new Set(s3Locations.map(({ role }) => role));
  return [
    {
      name: 's3-locations',
      attachTo: [...roles].join(', '),
      title: 'read and write the S3 locations',
      document: s3Access(facts, s3Locations),
    },
  ];
}

function fileSystemDocument({ environment, fileSystem, accessRole }: IamFacts): RoleDocument {
  const resource =
    fileSystem === undefined ? {} : { resource: fileSystemArn(environment, fileSystem) };
  return {
    name: 'file-system',
    attachTo: fileSystem ?? 'the file system; provision attaches it',
    title: 'TLS for everyone, root only for DataSync',
    document: fileSystemPolicy({ accessRole, ...resource }),
  };
}

function logDocuments(facts: IamFacts): RoleDocument[] {
  const { logGroup } = facts;
  if (logGroup === undefined) return [];
  const title = 'resource policy, without which DataSync silently writes no logs';
  return [{ name: 'log-group', attachTo: logGroup, title, document: logs(facts, logGroup) }];
}

function keyDocuments(facts: IamFacts): RoleDocument[] {
  const { kmsKey } = facts;
  if (kmsKey === undefined) return [];
  const title = 'a statement of the key policy';
  return [{ name: 'key', attachTo: kmsKey, title, document: key(facts) }];
}

/** Prevents the confused deputy. aws:SourceArn can be limited to the locations once they exist. */
function trust({ environment }: IamFacts): PolicyDocument {
  return document({
    Sid: 'DataSyncOfThisAccount',
    Effect: 'Allow',
    Principal: { Service: 'datasync.amazonaws.com' },
    Action: 'sts:AssumeRole',
    Condition: {
      StringEquals: { 'aws:SourceAccount': environment.account },
      ArnLike: { 'aws:SourceArn': arnOf(environment, 'datasync', '*') },
    },
  });
}

const inThisAccount = ({ environment }: IamFacts): Condition => ({
  StringEquals: { 's3:ResourceAccount': environment.account },
});

function reports(facts: IamFacts): PolicyDocument {
  return document(
    allow('WriteReports', 's3', ['PutObject'], `${reportsArn(facts)}*`, inThisAccount(facts)),
  );
}

function manifests(facts: IamFacts): PolicyDocument {
  return document(
    allow(
      'ReadManifests',
      's3',
      ['GetObject', 'GetObjectVersion'],
      `${reportsArn(facts)}manifests/*`,
      inThisAccount(facts),
    ),
  );
}

/** Source: user guide, create-s3-location. */
function s3Access(facts: IamFacts, locations: readonly S3Access[]): PolicyDocument {
  const { environment } = facts;
  const buckets = [...new Set(locations.map(({ bucket }) => bucketArn(environment, bucket)))];
  return document(
    allow(
      'LookIntoBuckets',
      's3',
      ['GetBucketLocation', 'ListBucket', 'ListBucketMultipartUploads'],
      buckets,
      inThisAccount(facts),
    ),
    allow(
      'ReadAndWrite',
      's3',
      [
        'AbortMultipartUpload',
        'DeleteObject',
        'GetObject',
        'GetObjectTagging',
        'ListMultipartUploadParts',
        'PutObject',
        'PutObjectTagging',
      ],
      locations.map(({ bucket, prefix }) =>
        bucketArn(environment, `${bucket}/${prefix === '' ? '' : `${prefix}/`}*`),
      ),
      inThisAccount(facts),
    ),
  );
}

/**
 * Returns a policy that denies access without TLS and, until the cutover, allows only DataSync, as root so
 * that it can set owners and modes. At the cutover the operator adds a statement for the clients. Without
 * an access role, DataSync has no identity that a policy could allow: it then only requires TLS.
 */
export function fileSystemPolicy({
  accessRole,
  resource,
}: {
  readonly accessRole?: string | undefined;
  /** ARN of the file system, if known. */
  readonly resource?: string;
}): PolicyDocument {
  const target = resource === undefined ? {} : { Resource: resource };
  const actions = ['ClientMount', 'ClientWrite', 'ClientRootAccess'];
  return document(
    {
      Sid: 'TlsOnly',
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: '*',
      ...target,
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
    {
      Sid: accessRole === undefined ? 'MountTargetsOnly' : 'DataSyncAsRoot',
      Effect: 'Allow',
      Principal: { AWS: accessRole ?? '*' },
      Action: actions.map((action) => `elasticfilesystem:${action}`),
      ...target,
      Condition: {
        Bool:
          accessRole === undefined
            ? { 'elasticfilesystem:AccessedViaMountTarget': 'true' }
            : { 'aws:SecureTransport': 'true' },
      },
    },
  );
}

function logs({ environment }: IamFacts, logGroup: string): PolicyDocument {
  return document({
    Sid: 'DataSyncWritesLogs',
    Effect: 'Allow',
    Principal: { Service: 'datasync.amazonaws.com' },
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: `${logGroup.replace(/(:\*)?$/, '')}:log-stream:*`,
    Condition: {
      StringEquals: { 'aws:SourceAccount': environment.account },
      ArnLike: { 'aws:SourceArn': arnOf(environment, 'datasync', 'task/*') },
    },
  });
}

function key({ environment }: IamFacts): PolicyDocument {
  return document({
    Sid: 'EfsOfThisAccount',
    Effect: 'Allow',
    Principal: { AWS: '*' },
    Action: ['CreateGrant', 'Decrypt', 'DescribeKey', 'GenerateDataKeyWithoutPlaintext'].map(
      (action) => `kms:${action}`,
    ),
    Resource: '*',
    Condition: {
      StringEquals: {
        'kms:ViaService': `elasticfilesystem.${environment.region}.amazonaws.com`,
        'kms:CallerAccount': environment.account,
      },
    },
  });
}
