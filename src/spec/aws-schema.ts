/**
 * Fields of a spec that a migration with AWS DataSync needs: the NFS server behind its agents, the EFS file
 * system, and the account. Patterns are those of the service models.
 */
import { z } from 'zod';
import { absolutePath, ABOVE_0, duration, pathInside, rate, shaped } from './fields.ts';

const ARN = String.raw`^arn:(aws|aws-cn|aws-us-gov|aws-eusc|aws-iso|aws-iso-b)`;
const roleArn = () =>
  shaped(
    'the ARN of an IAM role',
    'arn:aws:iam::123456789012:role/datasync-efs',
    new RegExp(String.raw`${ARN}:iam::\d{12}:role/.+$`),
  );
const subnet = () =>
  shaped('the id of a subnet', 'subnet-0a1b2c3d', /^subnet-([0-9a-f]{8}|[0-9a-f]{17})$/);
const securityGroup = () =>
  shaped('the id of a security group', 'sg-0a1b2c3d', /^sg-([0-9a-f]{8}|[0-9a-f]{17})$/);
const keyArn = () =>
  shaped(
    'the ARN of a KMS key',
    'arn:aws:kms:eu-central-1:123456789012:key/0a1b2c3d-0000-4000-8000-000000000000',
    new RegExp(String.raw`${ARN}:kms:[a-z0-9-]+:\d{12}:(key|alias)/.+$`),
  );
/** Text that DataSync takes as a name or the value of a tag. */
const tagText = (what: string, example: string) =>
  shaped(
    `${what} of ASCII letters, digits, spaces and +=._:@/-`,
    example,
    /^[a-zA-Z0-9 +=._:@/-]{1,256}$/,
  );
const directoryOnServer = (example: string) =>
  shaped(
    'an absolute path of letters, digits, spaces and _-+./()',
    example,
    /^\/[a-zA-Z0-9_\-+./() ]{0,4095}$/,
  );
const bucketName = (example: string) =>
  shaped('the name of a bucket', example, /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/);
const endpoint = () =>
  z.url({ protocol: /^https?$/, error: 'expected a URL, such as "http://127.0.0.1:4566"' });

export const nfsSource = z.strictObject({
  kind: z.literal('nfs'),
  /** Host name or address of the NFS server, as the agents reach it. */
  server: shaped(
    'the name or address of a server',
    'files.example.com',
    /^(?=.{1,255}$)(([a-zA-Z0-9-]*[a-zA-Z0-9])\.)*([A-Za-z0-9\-:]*[A-Za-z0-9])$/,
  ),
  /** An exported directory of the server, or a directory below one. */
  export: directoryOnServer('/srv/data'),
  version: z.enum(['automatic', 'nfs3', 'nfs4.0', 'nfs4.1']).default('automatic'),
  /** DataSync agents by ARN or name; each is a lane that runs one execution at a time. */
  agents: z.array(tagText('the ARN or name of an agent,', 'site-a-1')).min(1).max(50),
  /** Mount point of the same tree on the workers, if any, for the chunk plan and the assessment. */
  path: absolutePath().optional(),
  marker: pathInside('.longhaul-tree').optional(),
});

/** Properties of the file system that `longhaul provision` creates when `fileSystem` is absent. */
const newFileSystem = z.strictObject({
  /** A customer-managed key; the AWS-managed one when absent. Always encrypted. */
  kmsKey: keyArn().optional(),
  throughput: z.enum(['elastic', 'bursting', 'provisioned']).default('elastic'),
  /** For provisioned throughput. */
  provisionedThroughput: rate().optional(),
  backup: z.boolean().default(true),
  /** After the migration is done: when untouched files move to Infrequent Access, in days. */
  infrequentAccessAfterDays: z
    .literal([1, 7, 14, 30, 60, 90, 180, 270, 365], {
      error: 'expected 1, 7, 14, 30, 60, 90, 180, 270 or 365',
    })
    .optional(),
});

export const efsDestination = z.strictObject({
  kind: z.literal('efs'),
  fileSystem: shaped(
    'the id of a file system',
    'fs-0123456789abcdef0',
    /^fs-[0-9a-f]{8,40}$/,
  ).optional(),
  create: newFileSystem.optional(),
  /** Below the root of the file system, or of the access point. */
  directory: directoryOnServer('/').default('/'),
  accessPoint: shaped(
    'the id of an access point',
    'fsap-0123456789abcdef0',
    /^fsap-[0-9a-f]{8,40}$/,
  ).optional(),
  /** Role that DataSync assumes to mount a file system with a policy. */
  accessRole: roleArn().optional(),
  /** DataSync works from the first; mount targets are made in each. */
  subnets: z.array(subnet()).min(1),
  /** Security groups of DataSync's network interfaces. */
  securityGroups: z.array(securityGroup()).min(1).max(5),
  /** Security groups of the created mount targets; those of DataSync when absent. */
  mountTargetSecurityGroups: z.array(securityGroup()).min(1).max(5).optional(),
  /** Mount point of the file system on the workers, if any. */
  path: absolutePath().optional(),
  marker: pathInside('.longhaul-tree').optional(),
});

/** A place in S3 for tasks of your own: `longhaul provision` makes the location, no round writes to it. */
const s3Location = z.strictObject({
  bucket: bucketName('acme-archive'),
  prefix: shaped('a prefix', 'archive', /^[a-zA-Z0-9_\-./]{0,512}$/).default(''),
  /** Storage class of the objects that are written there. */
  storageClass: z
    .enum([
      'standard',
      'standard-ia',
      'onezone-ia',
      'intelligent-tiering',
      'glacier-instant-retrieval',
      'glacier',
      'deep-archive',
    ])
    .default('standard'),
  /** Role that DataSync assumes to read and write the bucket. */
  accessRole: roleArn(),
});

export const awsSchema = z.strictObject({
  region: shaped('a region', 'eu-central-1', /^[a-z]{2,}(-[a-z]+)+-\d+$/),
  account: shaped('an account number in quotes', '123456789012', /^\d{12}$/),
  /** Other servers than AWS's own, such as the sandbox. */
  endpoints: z
    .strictObject({
      datasync: endpoint().optional(),
      efs: endpoint().optional(),
      s3: endpoint().optional(),
      /** Those that only `longhaul assess` asks. */
      ec2: endpoint().optional(),
      iam: endpoint().optional(),
      kms: endpoint().optional(),
      serviceQuotas: endpoint().optional(),
      sts: endpoint().optional(),
    })
    .prefault({}),
  /** On everything that is made, beside longhaul's own. */
  tags: z
    .record(z.string().regex(/^[a-zA-Z0-9 +=._:/-]{1,128}$/), tagText('text', 'storage team'))
    .default({}),
  /** task-per-chunk: each chunk has a task and a location of its own. pool: a few tasks, chunks by filter. */
  layout: z.enum(['auto', 'task-per-chunk', 'pool']).default('auto'),
  /** The account's limit of tasks in the region, and how many of them may be used. */
  taskQuota: z.int().min(1).max(10_000).default(100),
  /** Memory of the agents, which limits the entries of one execution. */
  agentMemoryGiB: z.int().min(1).max(1024).default(32),
  /** Reports and manifests: DataSync writes and reads with the roles, longhaul with its own rights. */
  reports: z.strictObject({
    bucket: bucketName('acme-migration-reports'),
    prefix: shaped('a prefix', 'longhaul', /^[a-zA-Z0-9_\-./]{0,512}$/).default('longhaul'),
    /** May put objects below the prefix. */
    writeRole: roleArn(),
    /** May get manifests; the same role when absent. */
    readRole: roleArn().optional(),
  }),
  /** Beside those of source and destination. */
  s3Locations: z.array(s3Location).max(20).optional(),
  logGroup: shaped(
    'the ARN of a log group',
    'arn:aws:logs:eu-central-1:123456789012:log-group:/datasync/acme',
    new RegExp(String.raw`${ARN}:logs:[a-z0-9-]+:\d{12}:log-group:[^:*]+(:\*)?$`),
  ).optional(),
  /** PrivateLink, which the agents are expected to use. */
  vpcEndpoint: z
    .strictObject({
      id: shaped('the id of a VPC endpoint', 'vpce-0123456789abcdef0', /^vpce-[0-9a-f]{17}$/),
      subnet: subnet(),
      securityGroup: securityGroup(),
    })
    .optional(),
  /** AWS does not document which entries DataSync removes under filters: off until a pilot has shown it. */
  removeWithFilters: z.boolean().default(false),
  /** Interval at which running executions are polled. */
  pollInterval: duration(ABOVE_0).prefault('30s'),
  /** An execution that is still launching after this, with its agent online, is cancelled and started again. */
  launchTimeout: duration(ABOVE_0).prefault('15m'),
});

export type NfsSource = z.output<typeof nfsSource>;
export type EfsDestination = z.output<typeof efsDestination>;
export type S3Location = NonNullable<AwsSettings['s3Locations']>[number];
export type AwsSettings = z.output<typeof awsSchema>;
