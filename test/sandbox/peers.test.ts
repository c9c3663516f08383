/**
 * The sandbox against what is not ours: moto, where it implements a call, must answer with the same
 * fields of the same types; and the AWS CLI must read every answer.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as ds from '@aws-sdk/client-datasync';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import * as efs from '@aws-sdk/client-efs';
import { CreateRoleCommand, GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateKeyCommand, DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { OPERATIONS as DATASYNC_CALLS } from '../../src/sandbox/datasync/operations.ts';
import { OPERATIONS as EFS_CALLS } from '../../src/sandbox/efs/protocol.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { putAwsCli } from '../support/aws/aws-cli.ts';
import { startMoto, type Moto } from '../support/aws/moto.ts';
import { stopAll, until } from '../support/processes/processes.ts';
import { pythonTools } from '../support/processes/python-programs.ts';

const credentials = { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' };
let root: string;
let bin: string;
let sandbox: Sandbox;
let moto: Moto;

beforeAll(async () => {
  bin = await pythonTools();
  root = mkdtempSync(join(tmpdir(), 'sandbox-'));
  mkdirSync(join(root, 'nfs/nfs.example/data'), { recursive: true });
  sandbox = await startSandbox({ root, time: 1000 });
  moto = await startMoto();
  await furnish();
}, 400_000);

afterAll(async () => {
  moto.stop();
  await sandbox.close();
  rmSync(root, { recursive: true, force: true });
});

let vpc: string;
let subnet: string;
let group: string;
let vpcEndpoint: string;
let key: string;

/** What moto must be told is there; the sandbox takes any name. */
async function furnish(): Promise<void> {
  const config = { endpoint: moto.endpoint, region: 'eu-central-1', credentials };
  const ec2 = new EC2Client(config);
  vpc = (await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc!.VpcId!;
  const inVpc = { VpcId: vpc };
  subnet = (await ec2.send(new CreateSubnetCommand({ ...inVpc, CidrBlock: '10.0.0.0/20' }))).Subnet!
    .SubnetId!;
  group = (
    await ec2.send(new CreateSecurityGroupCommand({ ...inVpc, GroupName: 'g', Description: 'g' }))
  ).GroupId!;
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: group,
      IpProtocol: 'tcp',
      FromPort: 2049,
      ToPort: 2049,
      CidrIp: '10.0.0.0/16',
    }),
  );
  const service = { ServiceName: 'com.amazonaws.eu-central-1.datasync' };
  vpcEndpoint = (
    await ec2.send(
      new CreateVpcEndpointCommand({ ...inVpc, ...service, VpcEndpointType: 'Interface' }),
    )
  ).VpcEndpoint!.VpcEndpointId!;
  await new IAMClient(config).send(
    new CreateRoleCommand({ RoleName: 'peer', AssumeRolePolicyDocument: POLICY }),
  );
  key = (await new KMSClient(config).send(new CreateKeyCommand({}))).KeyMetadata!.KeyId!;
}

/** Types of the fields of an answer, without what only one side has to say. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shape);
  if (value instanceof Date) return 'time';
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(
    Object.entries(value as Record<string, unknown>)
      .filter(
        ([name, inner]) =>
          name !== '$metadata' &&
          inner !== undefined &&
          inner !== null &&
          inner !== '' &&
          !isEmpty(inner),
      )
      .map(([name, inner]) => [name, shape(inner)]),
  );
}

/** One call with its request; ids come from what the row itself has made. */
type Ask = (at: At) => Promise<unknown>;
interface At {
  readonly dataSync: ds.DataSyncClient;
  readonly efs: efs.EFSClient;
}

function at(endpoint: string): At {
  const config = { endpoint, region: 'eu-central-1', credentials };
  return { dataSync: new ds.DataSyncClient(config), efs: new efs.EFSClient(config) };
}

let numbers = 0;
const next = (): string => `peer-${numbers++}`;

async function s3Location({ dataSync }: At): Promise<string> {
  const made = await dataSync.send(
    new ds.CreateLocationS3Command({
      S3BucketArn: 'arn:aws:s3:::bucket',
      Subdirectory: `/${next()}`,
      S3Config: { BucketAccessRoleArn: 'arn:aws:iam::111122223333:role/r' },
    }),
  );
  return made.LocationArn!;
}

async function task(given: At): Promise<string> {
  const { TaskArn } = await given.dataSync.send(
    new ds.CreateTaskCommand({
      SourceLocationArn: await s3Location(given),
      DestinationLocationArn: await s3Location(given),
      Name: 'n',
    }),
  );
  // The sandbox takes its time to make one; moto none.
  for (;;) {
    const { Status } = await given.dataSync.send(new ds.DescribeTaskCommand({ TaskArn }));
    if (Status === 'AVAILABLE') return TaskArn!;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function execution(given: At): Promise<string> {
  const TaskArn = await task(given);
  const started = await given.dataSync.send(new ds.StartTaskExecutionCommand({ TaskArn }));
  return started.TaskExecutionArn!;
}

async function fileSystem({ efs: client }: At): Promise<string> {
  const { FileSystemId } = await client.send(
    new efs.CreateFileSystemCommand({ CreationToken: next(), Encrypted: true }),
  );
  for (;;) {
    const { FileSystems } = await client.send(new efs.DescribeFileSystemsCommand({ FileSystemId }));
    if (FileSystems?.[0]?.LifeCycleState === 'available') return FileSystemId!;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function mountTarget(given: At): Promise<{ id: string; fileSystem: string; made: object }> {
  const FileSystemId = await fileSystem(given);
  const made = await given.efs.send(
    new efs.CreateMountTargetCommand({
      FileSystemId,
      SubnetId: subnet,
      SecurityGroups: [group],
    }),
  );
  return { id: made.MountTargetId!, fileSystem: FileSystemId, made };
}

async function accessPoint(given: At): Promise<efs.CreateAccessPointCommandOutput> {
  const FileSystemId = await fileSystem(given);
  return given.efs.send(
    new efs.CreateAccessPointCommand({
      ClientToken: next(),
      FileSystemId,
      Tags: [{ Key: 'k', Value: 'v' }],
      RootDirectory: {
        Path: '/new',
        CreationInfo: { OwnerUid: 0, OwnerGid: 0, Permissions: '0755' },
      },
    }),
  );
}

const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'elasticfilesystem:ClientMount' },
  ],
});

/** Each call that both have. The name is that of the operation. */
const CALLS: Readonly<Record<string, Ask>> = {
  CreateLocationS3: async (given) => ({ LocationArn: await s3Location(given) }),
  DescribeLocationS3: async (given) =>
    given.dataSync.send(new ds.DescribeLocationS3Command({ LocationArn: await s3Location(given) })),
  ListLocations: async (given) => {
    await s3Location(given);
    return given.dataSync.send(new ds.ListLocationsCommand({}));
  },
  DeleteLocation: async (given) =>
    given.dataSync.send(new ds.DeleteLocationCommand({ LocationArn: await s3Location(given) })),
  CreateTask: async (given) => ({ TaskArn: await task(given) }),
  DescribeTask: async (given) =>
    given.dataSync.send(new ds.DescribeTaskCommand({ TaskArn: await task(given) })),
  ListTasks: async (given) => {
    await task(given);
    return given.dataSync.send(new ds.ListTasksCommand({}));
  },
  UpdateTask: async (given) =>
    given.dataSync.send(new ds.UpdateTaskCommand({ TaskArn: await task(given), Name: 'other' })),
  DeleteTask: async (given) =>
    given.dataSync.send(new ds.DeleteTaskCommand({ TaskArn: await task(given) })),
  StartTaskExecution: async (given) => ({ TaskExecutionArn: await execution(given) }),
  DescribeTaskExecution: async (given) =>
    given.dataSync.send(
      new ds.DescribeTaskExecutionCommand({ TaskExecutionArn: await execution(given) }),
    ),
  CancelTaskExecution: async (given) =>
    given.dataSync.send(
      new ds.CancelTaskExecutionCommand({ TaskExecutionArn: await execution(given) }),
    ),
  CreateFileSystem: ({ efs: client }) =>
    client.send(new efs.CreateFileSystemCommand({ CreationToken: next(), Encrypted: true })),
  DescribeFileSystems: async (given) =>
    given.efs.send(new efs.DescribeFileSystemsCommand({ FileSystemId: await fileSystem(given) })),
  DeleteFileSystem: async (given) =>
    given.efs.send(new efs.DeleteFileSystemCommand({ FileSystemId: await fileSystem(given) })),
  CreateMountTarget: async (given) => (await mountTarget(given)).made,
  DescribeMountTargets: async (given) =>
    given.efs.send(
      new efs.DescribeMountTargetsCommand({ FileSystemId: (await mountTarget(given)).fileSystem }),
    ),
  DescribeMountTargetSecurityGroups: async (given) =>
    given.efs.send(
      new efs.DescribeMountTargetSecurityGroupsCommand({
        MountTargetId: (await mountTarget(given)).id,
      }),
    ),
  ModifyMountTargetSecurityGroups: async (given) =>
    given.efs.send(
      new efs.ModifyMountTargetSecurityGroupsCommand({
        MountTargetId: (await mountTarget(given)).id,
        SecurityGroups: [group],
      }),
    ),
  DeleteMountTarget: async (given) =>
    given.efs.send(
      new efs.DeleteMountTargetCommand({ MountTargetId: (await mountTarget(given)).id }),
    ),
  CreateAccessPoint: accessPoint,
  DescribeAccessPoints: async (given) =>
    given.efs.send(
      new efs.DescribeAccessPointsCommand({
        FileSystemId: (await accessPoint(given)).FileSystemId,
      }),
    ),
  DeleteAccessPoint: async (given) =>
    given.efs.send(
      new efs.DeleteAccessPointCommand({
        AccessPointId: (await accessPoint(given)).AccessPointId,
      }),
    ),
  PutFileSystemPolicy: async (given) =>
    given.efs.send(
      new efs.PutFileSystemPolicyCommand({
        FileSystemId: await fileSystem(given),
        Policy: POLICY,
      }),
    ),
  DescribeFileSystemPolicy: async (given) => {
    const FileSystemId = await fileSystem(given);
    await given.efs.send(new efs.PutFileSystemPolicyCommand({ FileSystemId, Policy: POLICY }));
    return given.efs.send(new efs.DescribeFileSystemPolicyCommand({ FileSystemId }));
  },
  DescribeBackupPolicy: async (given) => {
    const { FileSystemId } = await given.efs.send(
      new efs.CreateFileSystemCommand({ CreationToken: next(), Backup: true }),
    );
    return given.efs.send(new efs.DescribeBackupPolicyCommand({ FileSystemId }));
  },
  PutLifecycleConfiguration: async (given) =>
    given.efs.send(
      new efs.PutLifecycleConfigurationCommand({
        FileSystemId: await fileSystem(given),
        LifecyclePolicies: [{ TransitionToIA: 'AFTER_30_DAYS' }],
      }),
    ),
  DescribeLifecycleConfiguration: async (given) => {
    const FileSystemId = await fileSystem(given);
    const LifecyclePolicies = [{ TransitionToIA: 'AFTER_30_DAYS' as const }];
    await given.efs.send(
      new efs.PutLifecycleConfigurationCommand({ FileSystemId, LifecyclePolicies }),
    );
    return given.efs.send(new efs.DescribeLifecycleConfigurationCommand({ FileSystemId }));
  },
  TagResource: async (given) =>
    given.efs.send(
      new efs.TagResourceCommand({
        ResourceId: await fileSystem(given),
        Tags: [{ Key: 'k', Value: 'v' }],
      }),
    ),
  UntagResource: async (given) =>
    given.efs.send(
      new efs.UntagResourceCommand({ ResourceId: await fileSystem(given), TagKeys: ['k'] }),
    ),
  ListTagsForResource: async (given) =>
    given.efs.send(
      new efs.ListTagsForResourceCommand({ ResourceId: (await accessPoint(given)).AccessPointId }),
    ),
};

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

/** Every field that moto answers is answered here, with the same type. */
async function expectSuperset(ask: (endpoint: string) => Promise<unknown>): Promise<void> {
  const [theirs, ours] = [shape(await ask(moto.endpoint)), shape(await ask(sandbox.endpoint))];
  expect(ours).toMatchObject(theirs as object);
}

describe('moto and the sandbox agree on', () => {
  test.each(Object.keys(CALLS))('%s', (name) =>
    expectSuperset((endpoint) => CALLS[name]!(at(endpoint))),
  );

  test('which calls both have: each is compared', async () => {
    const implemented = await operationsOfMoto(bin);
    const ours = [...Object.keys(DATASYNC_CALLS), ...Object.keys(EFS_CALLS)];

    expect(implemented.length).toBeGreaterThan(30);
    expect(Object.keys(CALLS).sort()).toEqual(
      implemented.filter((name) => ours.includes(name)).sort(),
    );
  });

  test('DataSync errors for what is not there', async () => {
    const TaskArn = 'arn:aws:datasync:eu-central-1:111122223333:task/task-00000000000000000';
    const names = await Promise.all(
      [moto.endpoint, sandbox.endpoint].map((endpoint) =>
        at(endpoint)
          .dataSync.send(new ds.DescribeTaskCommand({ TaskArn }))
          .catch((error: Error) => error.name),
      ),
    );
    expect(names).toEqual(['InvalidRequestException', 'InvalidRequestException']);
  });

  test('EFS errors for what is there twice, in the way, or not there', async () => {
    const names = await Promise.all(
      [moto.endpoint, sandbox.endpoint].map(async (endpoint) => {
        const given = at(endpoint);
        const nameOf = (sent: Promise<unknown>): Promise<unknown> =>
          sent.catch((error: Error) => error.name);
        const twice = new efs.CreateFileSystemCommand({ CreationToken: 'twice' });
        await given.efs.send(twice);
        const { fileSystem: FileSystemId, id: MountTargetId } = await mountTarget(given);
        const gone = 'fs-00000000000000000';
        return [
          await nameOf(given.efs.send(twice)),
          await nameOf(given.efs.send(new efs.DescribeFileSystemsCommand({ FileSystemId: gone }))),
          await nameOf(
            given.efs.send(new efs.CreateMountTargetCommand({ FileSystemId, SubnetId: subnet })),
          ),
          await nameOf(given.efs.send(new efs.DeleteFileSystemCommand({ FileSystemId }))),
          await nameOf(given.efs.send(new efs.DescribeFileSystemPolicyCommand({ FileSystemId }))),
          await nameOf(
            given.efs.send(
              new efs.DeleteMountTargetCommand({
                MountTargetId: MountTargetId.replace(/[0-9a-f]{4}$/, '0000'),
              }),
            ),
          ),
          await nameOf(
            given.efs.send(
              new efs.DescribeAccessPointsCommand({ AccessPointId: 'fsap-00000000000000000' }),
            ),
          ),
        ];
      }),
    );
    expect(names[1]).toEqual(names[0]);
  });
});

/** 'CreateTask' and so on, of DataSync and EFS, as moto itself names what it answers. */
async function operationsOfMoto(folder: string): Promise<string[]> {
  const program = `
from moto.core.responses import BaseResponse
from moto.datasync.responses import DataSyncResponse
from moto.efs.responses import EFSResponse
for each in (DataSyncResponse, EFSResponse):
    for name in set(vars(each)) - set(vars(BaseResponse)):
        if not name.startswith('_') and callable(getattr(each, name)): print(name)
`;
  const { stdout } = await promisify(execFile)(join(folder, 'python'), ['-c', program]);
  return stdout
    .trim()
    .split('\n')
    .map((name) =>
      name.replace(/(^|_)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase()),
    );
}

describe('moto and the sandbox agree on what an assessment asks,', () => {
  const config = (endpoint: string) => ({ endpoint, region: 'eu-central-1', credentials });
  const ec2 = (endpoint: string): EC2Client => new EC2Client(config(endpoint));
  const filter = (Name: string, value: string) => ({ Filters: [{ Name, Values: [value] }] });

  test.each<[string, (endpoint: string) => Promise<unknown>]>([
    [
      'DescribeSubnets',
      (endpoint) => ec2(endpoint).send(new DescribeSubnetsCommand(filter('subnet-id', subnet))),
    ],
    [
      'DescribeSecurityGroups',
      (endpoint) =>
        ec2(endpoint).send(new DescribeSecurityGroupsCommand(filter('group-id', group))),
    ],
    [
      'DescribeVpcs',
      (endpoint) => ec2(endpoint).send(new DescribeVpcsCommand(filter('vpc-id', vpc))),
    ],
    [
      'DescribeVpcEndpoints',
      (endpoint) =>
        ec2(endpoint).send(new DescribeVpcEndpointsCommand({ VpcEndpointIds: [vpcEndpoint] })),
    ],
    [
      'GetRole',
      (endpoint) => new IAMClient(config(endpoint)).send(new GetRoleCommand({ RoleName: 'peer' })),
    ],
    [
      'GetCallerIdentity',
      (endpoint) => new STSClient(config(endpoint)).send(new GetCallerIdentityCommand({})),
    ],
    [
      'DescribeKey',
      (endpoint) => new KMSClient(config(endpoint)).send(new DescribeKeyCommand({ KeyId: key })),
    ],
  ])('%s', async (_, ask) => {
    const [theirs, ours] = [shape(await ask(moto.endpoint)), shape(await ask(sandbox.endpoint))];

    // The sandbox leaves out what an assessment does not ask for.
    expect(theirs).toMatchObject(ours as object);
    expect(Object.keys(ours as object)).not.toEqual([]);
  });
});

describe('the AWS CLI reads', () => {
  beforeAll(() => putAwsCli(root));
  afterAll(stopAll);

  async function aws(...args: string[]): Promise<unknown> {
    const env = {
      ...process.env,
      AWS_ACCESS_KEY_ID: 'sandbox',
      AWS_SECRET_ACCESS_KEY: 'sandbox',
      AWS_DEFAULT_REGION: 'eu-central-1',
      AWS_PAGER: '',
    };
    const { stdout } = await promisify(execFile)(
      join(root, 'aws'),
      ['--endpoint-url', sandbox.endpoint, '--output', 'json', ...args],
      { env },
    );
    return stdout.trim() === '' ? undefined : JSON.parse(stdout);
  }

  test('agents, locations, tasks, executions and tags', async () => {
    const { AgentArn } = (await aws(
      'datasync',
      'create-agent',
      '--activation-key',
      'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE',
      '--agent-name',
      'cli',
    )) as { AgentArn: string };
    const { LocationArn: from } = (await aws(
      'datasync',
      'create-location-nfs',
      '--server-hostname',
      'nfs.example',
      '--subdirectory',
      '/data',
      '--on-prem-config',
      `AgentArns=${AgentArn}`,
    )) as { LocationArn: string };
    const { LocationArn: to } = (await aws(
      'datasync',
      'create-location-efs',
      '--efs-filesystem-arn',
      'arn:aws:elasticfilesystem:eu-central-1:111122223333:file-system/fs-0123456789abcdef0',
      '--ec2-config',
      'SubnetArn=arn:aws:ec2:eu-central-1:111122223333:subnet/subnet-0a1b2c3d4e5f60718,SecurityGroupArns=arn:aws:ec2:eu-central-1:111122223333:security-group/sg-0a1b2c3d4e5f60718',
    )) as { LocationArn: string };
    const { TaskArn } = (await aws(
      'datasync',
      'create-task',
      '--source-location-arn',
      from,
      '--destination-location-arn',
      to,
      '--name',
      'cli',
      '--tags',
      'Key=migration-id,Value=m',
    )) as { TaskArn: string };

    const describeTask = () =>
      aws('datasync', 'describe-task', '--task-arn', TaskArn) as Promise<{ Status: string }>;
    await until('the task is made', async () => (await describeTask()).Status === 'AVAILABLE');
    const { TaskExecutionArn } = (await aws(
      'datasync',
      'start-task-execution',
      '--task-arn',
      TaskArn,
    )) as { TaskExecutionArn: string };

    expect(
      await aws('datasync', 'describe-task-execution', '--task-execution-arn', TaskExecutionArn),
    ).toMatchObject({ TaskExecutionArn, TaskMode: 'BASIC' });
    expect(await aws('datasync', 'list-task-executions', '--task-arn', TaskArn)).toMatchObject({
      TaskExecutions: [{ TaskExecutionArn }],
    });
    expect(await aws('datasync', 'list-agents')).toMatchObject({
      Agents: [{ AgentArn, Name: 'cli', Status: 'ONLINE' }],
    });
    expect(await aws('datasync', 'describe-location-nfs', '--location-arn', from)).toMatchObject({
      LocationUri: 'nfs://nfs.example/data/',
    });
    expect(await aws('datasync', 'describe-location-efs', '--location-arn', to)).toMatchObject({
      LocationArn: to,
    });
    expect(await aws('datasync', 'list-tags-for-resource', '--resource-arn', TaskArn)).toEqual({
      Tags: [{ Key: 'migration-id', Value: 'm' }],
    });
    expect(await describeTask()).toMatchObject({
      Name: 'cli',
      Options: { TransferMode: 'CHANGED' },
    });
  });

  test('file systems and mount targets', async () => {
    const { FileSystemId } = (await aws(
      'efs',
      'create-file-system',
      '--creation-token',
      'cli',
      '--encrypted',
    )) as { FileSystemId: string };
    await aws(
      'efs',
      'create-mount-target',
      '--file-system-id',
      FileSystemId,
      '--subnet-id',
      'subnet-0a1b2c3d4e5f60718',
    );

    expect(
      await aws('efs', 'describe-file-systems', '--file-system-id', FileSystemId),
    ).toMatchObject({ FileSystems: [{ Encrypted: true, NumberOfMountTargets: 1 }] });
    expect(
      await aws('efs', 'describe-mount-targets', '--file-system-id', FileSystemId),
    ).toMatchObject({ MountTargets: [{ FileSystemId }] });
  });

  test('what an assessment asks of EC2, IAM, KMS, STS and Service Quotas', async () => {
    const query = ['--query'];
    expect(
      await aws(
        'ec2',
        'describe-subnets',
        '--subnet-ids',
        'subnet-0a1b2c3d',
        ...query,
        'Subnets[].SubnetId',
      ),
    ).toEqual(['subnet-0a1b2c3d']);
    expect(
      await aws(
        'ec2',
        'describe-security-groups',
        '--group-ids',
        'sg-0a1b2c3d',
        ...query,
        'SecurityGroups[0].IpPermissions[0].FromPort',
      ),
    ).toBe(2049);
    expect(await aws('ec2', 'describe-vpcs', ...query, 'Vpcs[0].InstanceTenancy')).toBe('default');
    expect(
      await aws(
        'ec2',
        'describe-vpc-endpoints',
        '--vpc-endpoint-ids',
        'vpce-0123456789abcdef0',
        ...query,
        'VpcEndpoints[0].State',
      ),
    ).toBe('available');
    expect(
      await aws(
        'iam',
        'get-role',
        '--role-name',
        'efs',
        ...query,
        'Role.AssumeRolePolicyDocument.Statement[0].Principal',
      ),
    ).toEqual({ Service: 'datasync.amazonaws.com' });
    expect(
      await aws(
        'kms',
        'describe-key',
        '--key-id',
        'alias/aws/elasticfilesystem',
        ...query,
        'KeyMetadata.KeyManager',
      ),
    ).toBe('AWS');
    expect(await aws('sts', 'get-caller-identity', ...query, 'Account')).toBe('111122223333');
    expect(
      await aws(
        'service-quotas',
        'get-service-quota',
        '--service-code',
        'datasync',
        '--quota-code',
        'L-74E04279',
        ...query,
        'Quota.Value',
      ),
    ).toBe(100);
    await expect(aws('ec2', 'describe-images')).rejects.toThrow(
      'The sandbox does not answer DescribeImages',
    );
  });
});
