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
import * as efs from '@aws-sdk/client-efs';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { startMoto, type Moto } from '../support/moto.ts';
import { pythonTools } from '../support/python.ts';

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
}, 400_000);

afterAll(async () => {
  moto.stop();
  await sandbox.close();
  rmSync(root, { recursive: true, force: true });
});

/** Types of the fields of an answer, without what only one side has to say. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shape);
  if (value instanceof Date) return 'time';
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(
    Object.entries(value as Record<string, unknown>)
      .filter(
        ([name, inner]) =>
          name !== '$metadata' && inner !== undefined && inner !== null && inner !== '',
      )
      .map(([name, inner]) => [name, shape(inner)]),
  );
}

/** Every field that moto answers is answered here, with the same type. */
async function expectSuperset(ask: (endpoint: string) => Promise<unknown>): Promise<void> {
  const [theirs, ours] = [shape(await ask(moto.endpoint)), shape(await ask(sandbox.endpoint))];
  expect(ours).toMatchObject(theirs as object);
}

describe('moto and the sandbox agree on', () => {
  const dataSync = (endpoint: string): ds.DataSyncClient =>
    new ds.DataSyncClient({ endpoint, region: 'eu-central-1', credentials });
  const elastic = (endpoint: string): efs.EFSClient =>
    new efs.EFSClient({ endpoint, region: 'eu-central-1', credentials });
  const s3Location = (
    client: ds.DataSyncClient,
    Subdirectory: string,
  ): Promise<ds.CreateLocationS3CommandOutput> =>
    client.send(
      new ds.CreateLocationS3Command({
        S3BucketArn: 'arn:aws:s3:::bucket',
        Subdirectory,
        S3Config: { BucketAccessRoleArn: 'arn:aws:iam::111122223333:role/r' },
      }),
    );

  async function task(client: ds.DataSyncClient): Promise<string> {
    const from = await s3Location(client, '/from');
    const to = await s3Location(client, '/to');
    const created = await client.send(
      new ds.CreateTaskCommand({
        SourceLocationArn: from.LocationArn!,
        DestinationLocationArn: to.LocationArn!,
        Name: 'n',
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 500)); // creation takes 200 s at 1000 times the speed
    return created.TaskArn!;
  }

  test('DataSync CreateLocationS3 and DescribeLocationS3', () =>
    expectSuperset(async (endpoint) => {
      const client = dataSync(endpoint);
      const { LocationArn } = await s3Location(client, '/x');
      return client.send(new ds.DescribeLocationS3Command({ LocationArn: LocationArn! }));
    }));

  test('DataSync ListLocations', () =>
    expectSuperset((endpoint) => dataSync(endpoint).send(new ds.ListLocationsCommand({}))));

  test('DataSync CreateTask, DescribeTask and ListTasks', () =>
    expectSuperset(async (endpoint) => {
      const client = dataSync(endpoint);
      const TaskArn = await task(client);
      return [
        await client.send(new ds.DescribeTaskCommand({ TaskArn })),
        await client.send(new ds.ListTasksCommand({})),
      ];
    }));

  test('DataSync StartTaskExecution and DescribeTaskExecution', () =>
    expectSuperset(async (endpoint) => {
      const client = dataSync(endpoint);
      const { TaskExecutionArn } = await client.send(
        new ds.StartTaskExecutionCommand({ TaskArn: await task(client) }),
      );
      return client.send(new ds.DescribeTaskExecutionCommand({ TaskExecutionArn }));
    }));

  test('DataSync errors for what is not there', async () => {
    const names = await Promise.all(
      [moto.endpoint, sandbox.endpoint].map((endpoint) =>
        dataSync(endpoint)
          .send(
            new ds.DescribeTaskCommand({
              TaskArn: 'arn:aws:datasync:eu-central-1:111122223333:task/task-00000000000000000',
            }),
          )
          .catch((error: Error) => error.name),
      ),
    );
    expect(names).toEqual(['InvalidRequestException', 'InvalidRequestException']);
  });

  test('EFS CreateFileSystem, DescribeFileSystems and access points', () =>
    expectSuperset(async (endpoint) => {
      const client = elastic(endpoint);
      const { FileSystemId } = await client.send(
        new efs.CreateFileSystemCommand({ CreationToken: 'peer', Encrypted: true }),
      );
      await client.send(new efs.CreateAccessPointCommand({ ClientToken: 'p', FileSystemId }));
      return [
        await client.send(new efs.DescribeFileSystemsCommand({ FileSystemId })),
        await client.send(new efs.DescribeAccessPointsCommand({ FileSystemId })),
        await client
          .send(new efs.DescribeBackupPolicyCommand({ FileSystemId }))
          .catch((error: Error) =>
            error.name === 'PolicyNotFound' ? { BackupPolicy: { Status: 'DISABLED' } } : error.name,
          ),
      ];
    }));

  test('EFS errors for a second file system with a token and for what is not there', async () => {
    const names = await Promise.all(
      [moto.endpoint, sandbox.endpoint].map(async (endpoint) => {
        const client = elastic(endpoint);
        const twice = new efs.CreateFileSystemCommand({ CreationToken: 'twice' });
        await client.send(twice);
        return [
          await client.send(twice).catch((error: Error) => error.name),
          await client
            .send(new efs.DescribeFileSystemsCommand({ FileSystemId: 'fs-00000000000000000' }))
            .catch((error: Error) => error.name),
        ];
      }),
    );
    expect(names[1]).toEqual(names[0]);
  });
});

describe('the AWS CLI reads', () => {
  async function aws(...args: string[]): Promise<unknown> {
    const env = {
      ...process.env,
      AWS_ACCESS_KEY_ID: 'sandbox',
      AWS_SECRET_ACCESS_KEY: 'sandbox',
      AWS_DEFAULT_REGION: 'eu-central-1',
      AWS_PAGER: '',
    };
    const { stdout } = await promisify(execFile)(
      join(bin, 'aws'),
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
    expect(await aws('datasync', 'describe-task', '--task-arn', TaskArn)).toMatchObject({
      Name: 'cli',
      Options: { TransferMode: 'CHANGED' },
    });
  }, 120_000);

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
  }, 120_000);
});
