/**
 * What others may do: the roles DataSync takes, the policy of the file system, of the log group and of
 * the key. Every trust names the account and DataSync's ARNs in it, so that nobody else's DataSync can
 * be made to act with these roles.
 */
import { arnOf, bucketArn, fileSystemArn } from './arns.ts';
import {
  allow,
  document,
  type Condition,
  type PolicyDocument,
  type Statement,
} from './document.ts';
import { serviceRoles, type IamFacts, type S3Access } from './facts.ts';

export interface RoleDocument {
  readonly name: string;
  /** To what it is attached. */
  readonly attachTo: string;
  readonly title: string;
  readonly document: PolicyDocument;
}

export function roleDocuments(facts: IamFacts): readonly RoleDocument[] {
  const { accessRole, writeRole, readRole, logGroup, kmsKey } = facts;
  const s3 = facts.s3Locations ?? [];
  const documents: (RoleDocument | undefined)[] = [
    {
      name: 'datasync-trust',
      attachTo: serviceRoles(facts).join(', '),
      title: 'trust policy of every role that DataSync takes',
      document: trust(facts),
    },
    { name: 'reports', attachTo: writeRole, title: 'write task reports', document: reports(facts) },
    { name: 'manifests', attachTo: readRole, title: 'read manifests', document: manifests(facts) },
    s3.length === 0
      ? undefined
      : {
          name: 's3-locations',
          attachTo: [...new Set(s3.map(({ role }) => role))].join(', '),
          title: 'read and write the places in S3',
          document: s3Access(facts, s3),
        },
    {
      name: 'file-system',
      attachTo: facts.fileSystem ?? 'the file system; provision does it',
      title: 'TLS for all, root for DataSync alone',
      document: fileSystemPolicy({
        accessRole,
        ...(facts.fileSystem === undefined
          ? {}
          : { resource: fileSystemArn(facts.place, facts.fileSystem) }),
      }),
    },
    logGroup === undefined
      ? undefined
      : {
          name: 'log-group',
          attachTo: logGroup,
          title: 'resource policy, without which logs are silently missing',
          document: logs(facts, logGroup),
        },
    kmsKey === undefined
      ? undefined
      : {
          name: 'key',
          attachTo: kmsKey,
          title: 'a statement of the key policy',
          document: key(facts),
        },
  ];
  return documents.filter((each) => each !== undefined);
}

/** Guards against the confused deputy; tighten aws:SourceArn to the locations once they are there. */
function trust({ place }: IamFacts): PolicyDocument {
  return document({
    Sid: 'DataSyncOfThisAccount',
    Effect: 'Allow',
    Principal: { Service: 'datasync.amazonaws.com' },
    Action: 'sts:AssumeRole',
    Condition: {
      StringEquals: { 'aws:SourceAccount': place.account },
      ArnLike: { 'aws:SourceArn': arnOf(place, 'datasync', '*') },
    },
  });
}

const below = ({ place, bucket, prefix }: IamFacts): string =>
  bucketArn(place, `${bucket}/${prefix === '' ? '' : `${prefix}/`}`);

const inThisAccount = ({ place }: IamFacts): Condition => ({
  StringEquals: { 's3:ResourceAccount': place.account },
});

function reports(facts: IamFacts): PolicyDocument {
  return document(
    allow('WriteReports', 's3', ['PutObject'], `${below(facts)}*`, inThisAccount(facts)),
  );
}

function manifests(facts: IamFacts): PolicyDocument {
  return document(
    allow(
      'ReadManifests',
      's3',
      ['GetObject', 'GetObjectVersion'],
      `${below(facts)}manifests/*`,
      inThisAccount(facts),
    ),
  );
}

/** Source: user guide, create-s3-location. */
function s3Access(facts: IamFacts, places: readonly S3Access[]): PolicyDocument {
  const { place } = facts;
  const buckets = [...new Set(places.map(({ bucket }) => bucketArn(place, bucket)))];
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
      places.map(({ bucket, prefix }) =>
        bucketArn(place, `${bucket}/${prefix === '' ? '' : `${prefix}/`}*`),
      ),
      inThisAccount(facts),
    ),
  );
}

/**
 * The policy of the file system: nothing without TLS, and until the cutover nobody but DataSync, as
 * root, which keeps owners and modes. The clients' own statement is added at the cutover.
 * Without an access role there is no policy that DataSync could pass: only TLS is demanded.
 */
export function fileSystemPolicy({
  accessRole,
  resource,
}: {
  readonly accessRole?: string | undefined;
  /** ARN of the file system, where it is known. */
  readonly resource?: string;
}): PolicyDocument {
  const on = resource === undefined ? {} : { Resource: resource };
  const overTls: Condition = { Bool: { 'aws:SecureTransport': 'true' } };
  const mount = ['ClientMount', 'ClientWrite', 'ClientRootAccess'];
  const who: Statement['Principal'] = { AWS: accessRole ?? '*' };
  return document(
    {
      Sid: 'TlsOnly',
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: '*',
      ...on,
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
    {
      Sid: accessRole === undefined ? 'MountTargetsOnly' : 'DataSyncAsRoot',
      Effect: 'Allow',
      Principal: who,
      Action: mount.map((action) => `elasticfilesystem:${action}`),
      ...on,
      Condition:
        accessRole === undefined
          ? { Bool: { 'elasticfilesystem:AccessedViaMountTarget': 'true' } }
          : overTls,
    },
  );
}

function logs({ place }: IamFacts, logGroup: string): PolicyDocument {
  return document({
    Sid: 'DataSyncWritesLogs',
    Effect: 'Allow',
    Principal: { Service: 'datasync.amazonaws.com' },
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: `${logGroup.replace(/(:\*)?$/, '')}:log-stream:*`,
    Condition: {
      StringEquals: { 'aws:SourceAccount': place.account },
      ArnLike: { 'aws:SourceArn': arnOf(place, 'datasync', 'task/*') },
    },
  });
}

function key({ place }: IamFacts): PolicyDocument {
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
        'kms:ViaService': `elasticfilesystem.${place.region}.amazonaws.com`,
        'kms:CallerAccount': place.account,
      },
    },
  });
}
