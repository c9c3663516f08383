/** The stand-in for EFS, through the real SDK client. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import * as efs from '@aws-sdk/client-efs';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';

let root: string;
let sandbox: Sandbox;
let client: efs.EFSClient;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'sandbox-'));
  sandbox = await startSandbox({ root, time: 'virtual' });
  client = new efs.EFSClient({
    endpoint: sandbox.endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
    maxAttempts: 1,
  });
});

afterEach(async () => {
  client.destroy();
  await sandbox.close();
  rmSync(root, { recursive: true, force: true });
});

async function fileSystem(CreationToken = 'token'): Promise<string> {
  const created = await client.send(
    new efs.CreateFileSystemCommand({ CreationToken, Encrypted: true }),
  );
  sandbox.advance(10_000);
  return created.FileSystemId!;
}

describe('a file system', () => {
  test('is creating first, then available', async () => {
    const created = await client.send(new efs.CreateFileSystemCommand({ CreationToken: 't' }));
    sandbox.advance(10_000);
    const { FileSystems } = await client.send(
      new efs.DescribeFileSystemsCommand({ CreationToken: 't' }),
    );

    expect([created.LifeCycleState, FileSystems![0]!.LifeCycleState]).toEqual([
      'creating',
      'available',
    ]);
  });

  test('made again with its token answers with the one there is', async () => {
    const id = await fileSystem();

    await expect(
      client.send(new efs.CreateFileSystemCommand({ CreationToken: 'token' })),
    ).rejects.toMatchObject({
      name: 'FileSystemAlreadyExists',
      FileSystemId: id,
    });
  });

  test('is not encrypted unless asked, and a key without encryption is refused', async () => {
    const plain = await client.send(new efs.CreateFileSystemCommand({ CreationToken: 'plain' }));

    expect(plain.Encrypted).toBe(false);
    await expect(
      client.send(new efs.CreateFileSystemCommand({ CreationToken: 'key', KmsKeyId: 'alias/k' })),
    ).rejects.toMatchObject({ name: 'BadRequest' });
  });

  test('keeps its policy, backup and lifecycle settings', async () => {
    const FileSystemId = await fileSystem();
    await expect(
      client.send(new efs.DescribeFileSystemPolicyCommand({ FileSystemId })),
    ).rejects.toMatchObject({ name: 'PolicyNotFound' });

    await client.send(
      new efs.PutFileSystemPolicyCommand({ FileSystemId, Policy: '{"Statement":[]}' }),
    );
    await client.send(
      new efs.PutBackupPolicyCommand({ FileSystemId, BackupPolicy: { Status: 'ENABLED' } }),
    );
    await client.send(
      new efs.PutLifecycleConfigurationCommand({
        FileSystemId,
        LifecyclePolicies: [{ TransitionToIA: 'AFTER_30_DAYS' }],
      }),
    );

    expect(
      (await client.send(new efs.DescribeFileSystemPolicyCommand({ FileSystemId }))).Policy,
    ).toBe('{"Statement":[]}');
    expect(
      (await client.send(new efs.DescribeBackupPolicyCommand({ FileSystemId }))).BackupPolicy,
    ).toEqual({ Status: 'ENABLED' });
    expect(
      (await client.send(new efs.DescribeLifecycleConfigurationCommand({ FileSystemId })))
        .LifecyclePolicies,
    ).toEqual([{ TransitionToIA: 'AFTER_30_DAYS' }]);
  });

  test('with a mount target cannot be deleted', async () => {
    const FileSystemId = await fileSystem();
    const target = await client.send(
      new efs.CreateMountTargetCommand({ FileSystemId, SubnetId: 'subnet-0a1b2c3d4e5f60718' }),
    );

    await expect(
      client.send(new efs.DeleteFileSystemCommand({ FileSystemId })),
    ).rejects.toMatchObject({ name: 'FileSystemInUse' });
    await client.send(new efs.DeleteMountTargetCommand({ MountTargetId: target.MountTargetId! }));
    await client.send(new efs.DeleteFileSystemCommand({ FileSystemId }));
  });

  test('takes one change of throughput a day', async () => {
    const FileSystemId = await fileSystem();
    await client.send(new efs.UpdateFileSystemCommand({ FileSystemId, ThroughputMode: 'elastic' }));

    await expect(
      client.send(new efs.UpdateFileSystemCommand({ FileSystemId, ThroughputMode: 'bursting' })),
    ).rejects.toMatchObject({ name: 'TooManyRequests' });
    sandbox.advance(25 * 3_600_000);
    await client.send(
      new efs.UpdateFileSystemCommand({ FileSystemId, ThroughputMode: 'bursting' }),
    );
  });
});

test('a second mount target in a subnet is a conflict', async () => {
  const FileSystemId = await fileSystem();
  const SubnetId = 'subnet-0a1b2c3d4e5f60718';
  await client.send(new efs.CreateMountTargetCommand({ FileSystemId, SubnetId }));

  await expect(
    client.send(new efs.CreateMountTargetCommand({ FileSystemId, SubnetId })),
  ).rejects.toMatchObject({ name: 'MountTargetConflict' });
});

test('an access point made again with its token answers with the one there is', async () => {
  const FileSystemId = await fileSystem();
  const first = await client.send(
    new efs.CreateAccessPointCommand({ ClientToken: 'p', FileSystemId }),
  );

  await expect(
    client.send(new efs.CreateAccessPointCommand({ ClientToken: 'p', FileSystemId })),
  ).rejects.toMatchObject({
    name: 'AccessPointAlreadyExists',
    AccessPointId: first.AccessPointId,
  });
  const { AccessPoints } = await client.send(new efs.DescribeAccessPointsCommand({ FileSystemId }));
  expect(AccessPoints).toHaveLength(1);
});

test('tags are added, listed and taken away', async () => {
  const ResourceId = await fileSystem();
  await client.send(
    new efs.TagResourceCommand({
      ResourceId,
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '2' },
      ],
    }),
  );
  await client.send(new efs.UntagResourceCommand({ ResourceId, TagKeys: ['a'] }));

  expect((await client.send(new efs.ListTagsForResourceCommand({ ResourceId }))).Tags).toEqual([
    { Key: 'b', Value: '2' },
  ]);
});
