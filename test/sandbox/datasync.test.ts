/** The stand-in for DataSync, through the real SDK client. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
  existsSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import * as ds from '@aws-sdk/client-datasync';
import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { faultScriptSchema } from '../../src/sandbox/world/faults.ts';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.ts';

const credentials = { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' };
const SUBNET = 'arn:aws:ec2:eu-central-1:111122223333:subnet/subnet-0a1b2c3d4e5f60718';
const GROUP = 'arn:aws:ec2:eu-central-1:111122223333:security-group/sg-0a1b2c3d4e5f60718';
const FILE_SYSTEM =
  'arn:aws:elasticfilesystem:eu-central-1:111122223333:file-system/fs-0123456789abcdef0';

let root: string;
let sandbox: Sandbox;
let client: ds.DataSyncClient;
let s3: S3Client;

async function open(options: Partial<SandboxOptions> = {}): Promise<void> {
  sandbox = await startSandbox({ root, time: 'virtual', ...options });
  const config = {
    endpoint: sandbox.endpoint,
    region: 'eu-central-1',
    credentials,
    maxAttempts: 1,
  };
  client = new ds.DataSyncClient(config);
  s3 = new S3Client({ ...config, forcePathStyle: true });
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sandbox-'));
  mkdirSync(join(root, 'nfs/nfs.example/data/a'), { recursive: true });
  mkdirSync(join(root, 's3/reports'), { recursive: true });
});

afterEach(async () => {
  client.destroy();
  s3.destroy();
  await sandbox.close();
  rmSync(root, { recursive: true, force: true });
});

const source = (...path: string[]): string => join(root, 'nfs/nfs.example/data', ...path);
const destination = (...path: string[]): string => join(root, 'efs/fs-0123456789abcdef0', ...path);

async function createAgent(name = 'agent-1'): Promise<string> {
  const { AgentArn } = await client.send(
    new ds.CreateAgentCommand({ ActivationKey: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE', AgentName: name }),
  );
  return AgentArn!;
}

async function createTask(
  agent: string,
  more: Partial<ds.CreateTaskCommandInput> = {},
): Promise<string> {
  const from = await client.send(
    new ds.CreateLocationNfsCommand({
      ServerHostname: 'nfs.example',
      Subdirectory: '/data',
      OnPremConfig: { AgentArns: [agent] },
    }),
  );
  const to = await client.send(
    new ds.CreateLocationEfsCommand({
      EfsFilesystemArn: FILE_SYSTEM,
      Ec2Config: { SubnetArn: SUBNET, SecurityGroupArns: [GROUP] },
      InTransitEncryption: 'TLS1_2',
    }),
  );
  const { TaskArn } = await client.send(
    new ds.CreateTaskCommand({
      SourceLocationArn: from.LocationArn!,
      DestinationLocationArn: to.LocationArn!,
      Options: { VerifyMode: 'ONLY_FILES_TRANSFERRED' },
      ...more,
    }),
  );
  sandbox.advance(600_000);
  return TaskArn!;
}

async function run(
  TaskArn: string,
  more: Partial<ds.StartTaskExecutionCommandInput> = {},
): Promise<ds.DescribeTaskExecutionCommandOutput> {
  const { TaskExecutionArn } = await client.send(
    new ds.StartTaskExecutionCommand({ TaskArn, ...more }),
  );
  for (let i = 0; i < 1000; i++) {
    const execution = await client.send(new ds.DescribeTaskExecutionCommand({ TaskExecutionArn }));
    if (execution.Status === 'SUCCESS' || execution.Status === 'ERROR') return execution;
    sandbox.advance(10_000);
  }
  throw new Error('never ended');
}

describe('an execution', () => {
  test('passes through its phases and leaves equal trees', async () => {
    await open({ timings: { itemsPreparedPerSecond: 1, verifiedBytesPerSecond: 1 } });
    writeFileSync(source('a/one.txt'), 'one');
    writeFileSync(source('two.txt'), 'two');
    const task = await createTask(await createAgent());
    const { TaskExecutionArn } = await client.send(
      new ds.StartTaskExecutionCommand({ TaskArn: task }),
    );

    const seen = new Set<string>();
    for (let i = 0; i < 2000; i++) {
      const { Status } = await client.send(
        new ds.DescribeTaskExecutionCommand({ TaskExecutionArn }),
      );
      seen.add(Status!);
      if (Status === 'SUCCESS' || Status === 'ERROR') break;
      sandbox.advance(500);
    }

    expect([...seen]).toEqual(['LAUNCHING', 'PREPARING', 'TRANSFERRING', 'VERIFYING', 'SUCCESS']);
    expect(readFileSync(destination('a/one.txt'), 'utf8')).toBe('one');
    expect(readFileSync(destination('two.txt'), 'utf8')).toBe('two');
  });

  test('copies only what changed, and says how much', async () => {
    await open();
    writeFileSync(source('a/one.txt'), 'one');
    writeFileSync(source('two.txt'), 'two');
    const task = await createTask(await createAgent());
    await run(task);

    writeFileSync(source('two.txt'), 'three');
    const second = await run(task);

    expect(second).toMatchObject({ Status: 'SUCCESS', BytesWritten: 5 });
    expect(readFileSync(destination('two.txt'), 'utf8')).toBe('three');
  });

  test('keeps deleted files unless told to remove them', async () => {
    await open();
    writeFileSync(source('gone.txt'), 'x');
    const task = await createTask(await createAgent());
    await run(task);
    rmSync(source('gone.txt'));

    await run(task);
    expect(existsSync(destination('gone.txt'))).toBe(true);

    const pruned = await run(task, { OverrideOptions: { PreserveDeletedFiles: 'REMOVE' } });
    expect(existsSync(destination('gone.txt'))).toBe(false);
    expect(pruned.FilesDeleted).toBe(1);
  });

  test('takes only what its filters name', async () => {
    await open();
    writeFileSync(source('a/one.txt'), 'one');
    writeFileSync(source('ab.txt'), 'not in /a');
    const task = await createTask(await createAgent());

    await run(task, { Includes: [{ FilterType: 'SIMPLE_PATTERN', Value: '/a' }] });

    expect(readdirSync(destination())).toEqual(['a']);
  });

  test('waits for the agent, one at a time, first come first served', async () => {
    await open();
    const agent = await createAgent();
    const [first, second] = [await createTask(agent), await createTask(agent)];
    const one = await client.send(new ds.StartTaskExecutionCommand({ TaskArn: first }));
    const two = await client.send(new ds.StartTaskExecutionCommand({ TaskArn: second }));

    const status = async (TaskExecutionArn: string | undefined): Promise<string | undefined> =>
      (await client.send(new ds.DescribeTaskExecutionCommand({ TaskExecutionArn }))).Status;
    expect(await status(one.TaskExecutionArn)).toBe('LAUNCHING');
    expect(await status(two.TaskExecutionArn)).toBe('QUEUED');

    sandbox.advance(3_600_000);
    expect(await status(two.TaskExecutionArn)).toBe('SUCCESS');
  });

  test('is refused while the same task runs with the same filters', async () => {
    await open();
    const task = await createTask(await createAgent());
    await client.send(new ds.StartTaskExecutionCommand({ TaskArn: task }));

    await expect(
      client.send(new ds.StartTaskExecutionCommand({ TaskArn: task })),
    ).rejects.toMatchObject({
      name: 'InvalidRequestException',
      datasyncErrorCode: 'TaskAlreadyRunning',
    });
  });

  test('a cancelled one passes through CANCELLING to ERROR', async () => {
    await open();
    const task = await createTask(await createAgent());
    const { TaskExecutionArn } = await client.send(
      new ds.StartTaskExecutionCommand({ TaskArn: task }),
    );

    await client.send(new ds.CancelTaskExecutionCommand({ TaskExecutionArn }));
    const during = await client.send(new ds.DescribeTaskExecutionCommand({ TaskExecutionArn }));
    sandbox.advance(600_000);
    const after = await client.send(new ds.DescribeTaskExecutionCommand({ TaskExecutionArn }));

    expect([during.Status, after.Status]).toEqual(['CANCELLING', 'ERROR']);
  });

  test('keeps to a new bandwidth a minute after it was set', async () => {
    await open({ timings: { linkBytesPerSecond: 1_000_000 } });
    writeFileSync(source('big.bin'), Buffer.alloc(3_000_000));
    const task = await createTask(await createAgent());
    const { TaskExecutionArn } = await client.send(
      new ds.StartTaskExecutionCommand({
        TaskArn: task,
        OverrideOptions: { BytesPerSecond: 10_000 },
      }),
    );

    await client.send(
      new ds.UpdateTaskExecutionCommand({
        TaskExecutionArn,
        Options: { BytesPerSecond: 1_000_000 },
      }),
    );
    sandbox.advance(500_000);

    expect(
      (await client.send(new ds.DescribeTaskExecutionCommand({ TaskExecutionArn }))).Status,
    ).toBe('SUCCESS');
  });
});

describe('reports and manifests', () => {
  const report = (): ds.TaskReportConfig => ({
    Destination: {
      S3: {
        S3BucketArn: 'arn:aws:s3:::reports',
        Subdirectory: 'm',
        BucketAccessRoleArn: 'arn:aws:iam::111122223333:role/report',
      },
    },
    OutputType: 'STANDARD',
    ReportLevel: 'SUCCESSES_AND_ERRORS',
  });

  test('a report names each skipped file and why', async () => {
    await open({ faults: { faults: [{ file: '/secret.txt', is: 'unreadable' }] } });
    writeFileSync(source('secret.txt'), 'x');
    writeFileSync(source('open.txt'), 'y');
    const task = await createTask(await createAgent(), { TaskReportConfig: report() });

    const execution = await run(task);

    expect(execution).toMatchObject({
      Status: 'ERROR',
      FilesSkipped: 1,
      Result: { TransferStatus: 'SUCCESS' },
      ReportResult: { Status: 'SUCCESS' },
    });
    const { Contents } = await s3.send(
      new ListObjectsV2Command({ Bucket: 'reports', Prefix: 'm/' }),
    );
    const key = Contents!.map((object) => object.Key!).find((k) => k.includes('files-skipped'))!;
    const body = await (
      await s3.send(new GetObjectCommand({ Bucket: 'reports', Key: key }))
    ).Body!.transformToString();
    expect(JSON.parse(body)).toMatchObject({
      Skipped: [
        {
          RelativePath: '/secret.txt',
          FailureReason: expect.stringContaining('Permission denied'),
        },
      ],
    });
  });

  test('a manifest names the only files that are moved', async () => {
    await open();
    writeFileSync(source('a/one.txt'), 'one');
    writeFileSync(source('two.txt'), 'two');
    await s3.send(
      new PutObjectCommand({ Bucket: 'reports', Key: 'manifest.csv', Body: 'a/one.txt\n' }),
    );
    const task = await createTask(await createAgent());

    await run(task, {
      ManifestConfig: {
        Action: 'TRANSFER',
        Format: 'CSV',
        Source: {
          S3: {
            S3BucketArn: 'arn:aws:s3:::reports',
            ManifestObjectPath: 'manifest.csv',
            BucketAccessRoleArn: 'arn:aws:iam::111122223333:role/report',
          },
        },
      },
    });

    expect(readdirSync(destination())).toEqual(['a']);
  });
});

describe('faults', () => {
  test('a lost reply comes after the side effect', async () => {
    await open({ faults: { faults: [{ call: 'StartTaskExecution', nth: 1, reply: 'lost' }] } });
    const task = await createTask(await createAgent());

    await expect(
      client.send(new ds.StartTaskExecutionCommand({ TaskArn: task })),
    ).rejects.toThrow();

    const { TaskExecutions } = await client.send(
      new ds.ListTaskExecutionsCommand({ TaskArn: task }),
    );
    expect(TaskExecutions).toHaveLength(1);
  });

  test('an agent is OFFLINE five minutes after the link went down, and its tasks UNAVAILABLE', async () => {
    await open();
    const agent = await createAgent();
    const task = await createTask(agent);
    await client.send(new ds.DescribeAgentCommand({ AgentArn: agent }));

    sandbox.world.linkUp = false;
    sandbox.advance(299_000);
    const before = await client.send(new ds.DescribeAgentCommand({ AgentArn: agent }));
    sandbox.advance(2_000);
    const after = await client.send(new ds.DescribeAgentCommand({ AgentArn: agent }));

    expect([before.Status, after.Status]).toEqual(['ONLINE', 'OFFLINE']);
    expect((await client.send(new ds.DescribeTaskCommand({ TaskArn: task }))).Status).toBe(
      'UNAVAILABLE',
    );
    await expect(
      client.send(new ds.StartTaskExecutionCommand({ TaskArn: task })),
    ).rejects.toMatchObject({ datasyncErrorCode: 'TaskNotAvailable' });
  });

  test('an execution fails with the code of the script', async () => {
    await open({
      faults: {
        faults: [
          {
            execution: 1,
            fail: 'NoMem',
            detail: 'Cannot allocate memory',
            in: 'PREPARING',
            stuck: false,
          },
        ],
      },
    });
    const task = await createTask(await createAgent());

    expect(await run(task)).toMatchObject({
      Status: 'ERROR',
      Result: { ErrorCode: 'NoMem', ErrorDetail: 'Cannot allocate memory' },
    });
    expect(await run(task)).toMatchObject({ Status: 'SUCCESS' });
  });

  test.each([
    // It is away for less than the silence that makes it OFFLINE, or for more.
    ['4m', 'SUCCESS', undefined, 2],
    ['10m', 'ERROR', 'AgentOffline', 0],
  ])('nothing moves while the agent of an execution is away for %s', async (away, ...ends) => {
    const told: string[] = [];
    await open({
      faults: faultScriptSchema.parse({ faults: [{ execution: 1, offline: away }] }),
      onFault: (what) => told.push(what),
    });
    const agent = await createAgent();
    const task = await createTask(agent);
    writeFileSync(source('a/one'), 'one');
    const { TaskExecutionArn } = await client.send(
      new ds.StartTaskExecutionCommand({ TaskArn: task }),
    );
    while (told.length === 0) sandbox.advance(1_000);
    sandbox.advance(200_000);
    const meanwhile = await client.send(new ds.DescribeTaskExecutionCommand({ TaskExecutionArn }));
    expect([meanwhile.Status, existsSync(destination('a/one'))]).toEqual(['TRANSFERRING', false]);
    sandbox.advance(500_000);

    const over = await client.send(new ds.DescribeTaskExecutionCommand({ TaskExecutionArn }));
    expect([over.Status, over.Result?.ErrorCode, over.FilesTransferred]).toEqual(ends);
    const { Status } = await client.send(new ds.DescribeAgentCommand({ AgentArn: agent }));
    expect(Status).toBe('ONLINE');
    expect(told).toEqual([`execution 1, TRANSFERRING: its agent cannot be reached for ${away}`]);
  });

  test('a stuck launch stays until it is cancelled', async () => {
    await open({
      faults: { faults: [{ execution: 1, detail: '', in: 'LAUNCHING', stuck: true }] },
    });
    const task = await createTask(await createAgent());
    const { TaskExecutionArn } = await client.send(
      new ds.StartTaskExecutionCommand({ TaskArn: task }),
    );

    sandbox.advance(7 * 3_600_000);
    const stuck = await client.send(new ds.DescribeTaskExecutionCommand({ TaskExecutionArn }));
    await client.send(new ds.CancelTaskExecutionCommand({ TaskExecutionArn }));
    sandbox.advance(60_000);
    const over = await client.send(new ds.DescribeTaskExecutionCommand({ TaskExecutionArn }));

    expect([stuck.Status, over.Status]).toEqual(['LAUNCHING', 'ERROR']);
  });
});

describe('requests the service would refuse', () => {
  test.each([
    [
      'a task name with a comma',
      () =>
        new ds.CreateTaskCommand({
          SourceLocationArn:
            'arn:aws:datasync:eu-central-1:111122223333:location/loc-00000000000000000',
          DestinationLocationArn:
            'arn:aws:datasync:eu-central-1:111122223333:location/loc-00000000000000000',
          Name: 'a,b',
        }),
      'regular expression',
    ],
    [
      'a path with a letter that is not ASCII',
      () =>
        new ds.CreateLocationNfsCommand({
          ServerHostname: 'h',
          Subdirectory: '/münchen',
          OnPremConfig: {
            AgentArns: ['arn:aws:datasync:eu-central-1:111122223333:agent/agent-00000000000000000'],
          },
        }),
      'regular expression',
    ],
    [
      'two filter rules',
      () =>
        new ds.StartTaskExecutionCommand({
          TaskArn: 'arn:aws:datasync:eu-central-1:111122223333:task/task-00000000000000000',
          Includes: [{ Value: '/a' }, { Value: '/b' }],
        }),
      'less than or equal to 1',
    ],
    ['a missing field', () => new ds.DescribeTaskCommand({} as never), 'must not be null'],
  ])('%s', async (_, command, message) => {
    await open();

    await expect(client.send(command() as never)).rejects.toThrow(message);
  });

  test('REMOVE together with ALL', async () => {
    await open();
    const task = await createTask(await createAgent());

    await expect(
      client.send(
        new ds.UpdateTaskCommand({
          TaskArn: task,
          Options: { TransferMode: 'ALL', PreserveDeletedFiles: 'REMOVE' },
        }),
      ),
    ).rejects.toThrow(
      'Invalid SyncOption value. Option: TransferMode,PreserveDeletedFiles, Value: ALL,REMOVE.',
    );
  });

  test('an include with a star in the middle', async () => {
    await open();
    const task = await createTask(await createAgent());

    await expect(
      client.send(
        new ds.StartTaskExecutionCommand({
          TaskArn: task,
          Includes: [{ FilterType: 'SIMPLE_PATTERN', Value: '*.txt' }],
        }),
      ),
    ).rejects.toThrow('rightmost');
  });

  test('deleting an agent that a location uses', async () => {
    await open();
    const agent = await createAgent();
    await createTask(agent);

    await expect(client.send(new ds.DeleteAgentCommand({ AgentArn: agent }))).rejects.toThrow(
      'in-use by these location(s)',
    );
  });
});

test('times keep their nanoseconds, so that a second run finds nothing to do', async () => {
  await open();
  writeFileSync(source('a/one.txt'), 'one');
  utimesSync(source('a/one.txt'), 1_600_000_000.123456, -1000.5);
  const task = await createTask(await createAgent());
  await run(task);

  expect(await run(task)).toMatchObject({ EstimatedFilesToTransfer: 0, FilesTransferred: 0 });
});
