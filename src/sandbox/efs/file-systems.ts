/** File systems: creation by token, policy, backup, lifecycle, throughput. */
import { mkdirSync } from 'node:fs';
import { keyArn } from '../account/keys.ts';
import {
  efsArn,
  efsError,
  efsId,
  fileSystemOf,
  type EfsWorld,
  type Fields,
  type FileSystem,
} from '../world/efs.ts';

const BECOMES_AVAILABLE_AFTER_MS = 5_000;
const COOL_DOWN_MS = 24 * 3_600_000;

/** Throws for a creation token in use, or a key without encryption. */
function rejectInvalid(efs: EfsWorld, request: Fields): void {
  const twin = [...efs.fileSystems.values()].find((fs) => fs.token === request['CreationToken']);
  if (twin) {
    throw efsError(
      'FileSystemAlreadyExists',
      409,
      `File system '${twin.id}' already exists with creation token '${twin.token}'`,
      { FileSystemId: twin.id },
    );
  }
  if (request['KmsKeyId'] !== undefined && request['Encrypted'] !== true) {
    throw efsError('BadRequest', 400, 'KmsKeyId requires Encrypted to be true.');
  }
}

export function createFileSystem(efs: EfsWorld, request: Fields): Fields {
  rejectInvalid(efs, request);
  const { CreationToken, Tags, Backup, ...fields } = request;
  const { Encrypted, KmsKeyId } = request;
  const fs: FileSystem = {
    id: efsId(efs, 'fs'),
    token: CreationToken as string,
    createdAt: efs.world.clock.now(),
    fields: {
      PerformanceMode: 'generalPurpose',
      ThroughputMode: 'bursting',
      Encrypted: false,
      ...fields,
      ...(Encrypted === true
        ? { KmsKeyId: keyArn(efs.world, KmsKeyId as string | undefined) }
        : {}),
    },
    policy: undefined,
    backup: Backup === true ? 'ENABLED' : 'DISABLED',
    lifecycle: [],
    tags: (Tags as FileSystem['tags'] | undefined) ?? [],
    throughputChangedAt: undefined,
    state: 'creating',
  };
  efs.fileSystems.set(fs.id, fs);
  mkdirSync(efs.world.places.efs(fs.id, '/'), { recursive: true });
  efs.world.clock.after(BECOMES_AVAILABLE_AFTER_MS, () => {
    fs.state = 'available';
  });
  return describe(efs, fs);
}

function describe(efs: EfsWorld, fs: FileSystem): Fields {
  const targets = [...efs.mountTargets.values()].filter((t) => t.fileSystemId === fs.id);
  return {
    OwnerId: efs.world.account,
    CreationToken: fs.token,
    FileSystemId: fs.id,
    FileSystemArn: efsArn(efs, 'file-system', fs.id),
    CreationTime: fs.createdAt / 1000,
    LifeCycleState: fs.state,
    Name: fs.tags.find((tag) => tag.Key === 'Name')?.Value,
    NumberOfMountTargets: targets.length,
    SizeInBytes: {
      Value: 6144,
      ValueInIA: 0,
      ValueInStandard: 6144,
      ValueInArchive: 0,
      Timestamp: efs.world.clock.now() / 1000,
    },
    Tags: fs.tags,
    FileSystemProtection: { ReplicationOverwriteProtection: 'ENABLED' },
    ...fs.fields,
  };
}

export function describeFileSystems(efs: EfsWorld, request: Fields): Fields {
  const { FileSystemId, CreationToken } = request;
  if (FileSystemId !== undefined)
    return { FileSystems: [describe(efs, fileSystemOf(efs, FileSystemId))] };
  const found = [...efs.fileSystems.values()].filter(
    (fs) => CreationToken === undefined || fs.token === CreationToken,
  );
  return { FileSystems: found.map((fs) => describe(efs, fs)) };
}

export function updateFileSystem(efs: EfsWorld, request: Fields): Fields {
  const { FileSystemId, ...changes } = request;
  const fs = fileSystemOf(efs, FileSystemId);
  const changedAt = fs.throughputChangedAt ?? -Infinity;
  if (efs.world.clock.now() - changedAt < COOL_DOWN_MS) {
    throw efsError(
      'TooManyRequests',
      429,
      'The throughput mode was changed less than 24 hours ago.',
    );
  }
  fs.fields = { ...fs.fields, ...changes };
  fs.throughputChangedAt = efs.world.clock.now();
  return describe(efs, fs);
}

export function deleteFileSystem(efs: EfsWorld, { FileSystemId }: Fields): Fields {
  const fs = fileSystemOf(efs, FileSystemId);
  if ([...efs.mountTargets.values()].some((t) => t.fileSystemId === fs.id)) {
    throw efsError('FileSystemInUse', 409, `File system '${fs.id}' has mount targets.`);
  }
  efs.fileSystems.delete(fs.id);
  return {};
}

export function putPolicy(efs: EfsWorld, { FileSystemId, Policy }: Fields): Fields {
  const fs = fileSystemOf(efs, FileSystemId);
  try {
    JSON.parse(String(Policy));
  } catch {
    throw efsError('InvalidPolicyException', 400, 'Policy is not valid JSON.');
  }
  fs.policy = String(Policy);
  return { FileSystemId: fs.id, Policy: fs.policy };
}

export function describePolicy(efs: EfsWorld, { FileSystemId }: Fields): Fields {
  const fs = fileSystemOf(efs, FileSystemId);
  if (fs.policy === undefined)
    throw efsError('PolicyNotFound', 404, `File system '${fs.id}' has no policy.`);
  return { FileSystemId: fs.id, Policy: fs.policy };
}

export function deletePolicy(efs: EfsWorld, { FileSystemId }: Fields): Fields {
  fileSystemOf(efs, FileSystemId).policy = undefined;
  return {};
}

export function putBackup(efs: EfsWorld, { FileSystemId, BackupPolicy }: Fields): Fields {
  const fs = fileSystemOf(efs, FileSystemId);
  fs.backup = (BackupPolicy as { Status: FileSystem['backup'] }).Status;
  return { BackupPolicy: { Status: fs.backup } };
}

export function describeBackup(efs: EfsWorld, { FileSystemId }: Fields): Fields {
  return { BackupPolicy: { Status: fileSystemOf(efs, FileSystemId).backup } };
}

export function putLifecycle(efs: EfsWorld, { FileSystemId, LifecyclePolicies }: Fields): Fields {
  const fs = fileSystemOf(efs, FileSystemId);
  const policies = LifecyclePolicies as Fields[];
  if (policies.some((policy) => Object.keys(policy).length !== 1)) {
    throw efsError('BadRequest', 400, 'One transition per lifecycle policy.');
  }
  fs.lifecycle = policies;
  return { LifecyclePolicies: policies };
}

export function describeLifecycle(efs: EfsWorld, { FileSystemId }: Fields): Fields {
  return { LifecyclePolicies: fileSystemOf(efs, FileSystemId).lifecycle };
}
