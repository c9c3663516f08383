/** Does one step on EFS. All of them may be done twice. */
import {
  CreateAccessPointCommand,
  CreateFileSystemCommand,
  CreateMountTargetCommand,
  DescribeMountTargetsCommand,
  DeleteAccessPointCommand,
  DeleteFileSystemCommand,
  DeleteMountTargetCommand,
  PutBackupPolicyCommand,
  PutFileSystemPolicyCommand,
  PutLifecycleConfigurationCommand,
  UpdateFileSystemCommand,
  type CreateMountTargetCommandInput,
  type EFSClient,
  type TransitionToIARules,
} from '@aws-sdk/client-efs';
import { LonghaulError } from '../../errors/failure.ts';
import { fileSystemPolicy } from '../../policy/iam/roles.ts';
import type { Deed } from '../../policy/provision/steps.ts';
import { unless } from './look-efs.ts';
import type { LocationSpec } from '../../spec/kinds.ts';
import { accessPoint, fileSystem, mountTarget, throughput } from './requests.ts';

export type EfsDeed = Exclude<
  Deed,
  {
    do:
      | 'create NFS location'
      | 'create EFS location'
      | 'create S3 location'
      | 'create task'
      | 'delete task'
      | 'delete location';
  }
>;

export async function performOnEfs(
  efs: EFSClient,
  spec: LocationSpec,
  deed: EfsDeed,
): Promise<unknown> {
  switch (deed.do) {
    case 'create file system':
      return unless('FileSystemAlreadyExists', () =>
        efs.send(new CreateFileSystemCommand(fileSystem(spec))),
      );
    case 'create access point':
      return unless('AccessPointAlreadyExists', () =>
        efs.send(new CreateAccessPointCommand(accessPoint(spec, deed.fileSystem))),
      );
    case 'create mount target':
      return createMountTarget(efs, mountTarget(spec, deed));
    case 'set throughput':
      return efs.send(
        new UpdateFileSystemCommand({ FileSystemId: deed.fileSystem, ...throughput(spec) }),
      );
    case 'enable backups':
      return efs.send(
        new PutBackupPolicyCommand({
          FileSystemId: deed.fileSystem,
          BackupPolicy: { Status: 'ENABLED' },
        }),
      );
    case 'put policy':
      return efs.send(putPolicy(spec, deed));
    case 'put lifecycle':
      return efs.send(putLifecycle(deed));
    case 'delete access point':
    case 'delete mount target':
    case 'delete file system':
      return remove(efs, deed);
  }
}

/** It has no token: the one that is in the way may be the one that an earlier request made. */
async function createMountTarget(
  efs: EFSClient,
  request: CreateMountTargetCommandInput,
): Promise<void> {
  const { FileSystemId, SubnetId } = request;
  const made = await unless('MountTargetConflict', () =>
    efs.send(new CreateMountTargetCommand(request)),
  );
  if (made !== undefined) return;
  const { MountTargets = [] } = await efs.send(new DescribeMountTargetsCommand({ FileSystemId }));
  if (MountTargets.some((target) => target.SubnetId === SubnetId)) return;
  const others = MountTargets.map((target) => target.SubnetId).join(', ');
  throw new LonghaulError(
    'AWS_REFUSED',
    `The zone of ${SubnetId} has a mount target in ${others}`,
    {
      hint: 'There is one for each zone: name that subnet in destination.subnets instead.',
    },
  );
}

function putPolicy(
  { destination }: LocationSpec,
  { fileSystem: id, arn }: Extract<Deed, { do: 'put policy' }>,
): PutFileSystemPolicyCommand {
  const policy = fileSystemPolicy({ accessRole: destination.accessRole, resource: arn });
  return new PutFileSystemPolicyCommand({ FileSystemId: id, Policy: JSON.stringify(policy) });
}

function putLifecycle({
  fileSystem: id,
  transition,
}: Extract<Deed, { do: 'put lifecycle' }>): PutLifecycleConfigurationCommand {
  const policies =
    transition === undefined ? [] : [{ TransitionToIA: transition as TransitionToIARules }];
  return new PutLifecycleConfigurationCommand({ FileSystemId: id, LifecyclePolicies: policies });
}

type Removal = Extract<
  Deed,
  { do: 'delete access point' | 'delete mount target' | 'delete file system' }
>;

function remove(efs: EFSClient, { do: what, id }: Removal): Promise<unknown> {
  switch (what) {
    case 'delete access point':
      return unless('AccessPointNotFound', () =>
        efs.send(new DeleteAccessPointCommand({ AccessPointId: id })),
      );
    case 'delete mount target':
      return unless('MountTargetNotFound', () =>
        efs.send(new DeleteMountTargetCommand({ MountTargetId: id })),
      );
    case 'delete file system':
      return unless('FileSystemNotFound', () =>
        efs.send(new DeleteFileSystemCommand({ FileSystemId: id })),
      );
  }
}
