/** Applies one action on EFS. Every action may be repeated. */
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
import type { Action, ActionOf } from '../../policy/provision/steps.ts';
import { ignoreError } from '../failures.ts';
import type { LocationSpec } from '../../spec/kinds.ts';
import {
  accessPointRequest,
  fileSystemRequest,
  mountTargetRequest,
  throughputRequest,
} from './requests.ts';

export type EfsAction = Exclude<
  Action,
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

export async function applyToEfs(
  efs: EFSClient,
  spec: LocationSpec,
  action: EfsAction,
): Promise<unknown> {
  switch (action.do) {
    case 'create file system':
      return ignoreError('FileSystemAlreadyExists', () =>
        efs.send(new CreateFileSystemCommand(fileSystemRequest(spec))),
      );
    case 'create access point':
      return ignoreError('AccessPointAlreadyExists', () =>
        efs.send(new CreateAccessPointCommand(accessPointRequest(spec, action.fileSystem))),
      );
    case 'create mount target':
      return createMountTarget(efs, mountTargetRequest(spec, action));
    case 'set throughput':
      return efs.send(
        new UpdateFileSystemCommand({
          FileSystemId: action.fileSystem,
          ...throughputRequest(spec),
        }),
      );
    case 'enable backups':
      return efs.send(
        new PutBackupPolicyCommand({
          FileSystemId: action.fileSystem,
          BackupPolicy: { Status: 'ENABLED' },
        }),
      );
    case 'put policy':
      return efs.send(policyCommand(spec, action));
    case 'put lifecycle':
      return efs.send(lifecycleCommand(action));
    case 'delete access point':
    case 'delete mount target':
    case 'delete file system':
      return remove(efs, action);
  }
}

/** CreateMountTarget has no token: a conflicting mount target may be that of an earlier request. */
async function createMountTarget(
  efs: EFSClient,
  request: CreateMountTargetCommandInput,
): Promise<void> {
  const { FileSystemId, SubnetId } = request;
  const created = await ignoreError('MountTargetConflict', () =>
    efs.send(new CreateMountTargetCommand(request)),
  );
  if (created !== undefined) return;
  const { MountTargets = [] } = await efs.send(new DescribeMountTargetsCommand({ FileSystemId }));
  if (MountTargets.some((target) => target.SubnetId === SubnetId)) return;
  const others = MountTargets.map((target) => target.SubnetId).join(', ');
  throw new LonghaulError(
    'AWS_REFUSED',
    `The availability zone of ${SubnetId} already has a mount target, in ${others}`,
    {
      hint: 'A zone can have only one: name that subnet in destination.subnets instead.',
    },
  );
}

function policyCommand(
  { destination }: LocationSpec,
  { fileSystem: id, arn }: ActionOf<'put policy'>,
): PutFileSystemPolicyCommand {
  const policy = fileSystemPolicy({ accessRole: destination.accessRole, resource: arn });
  return new PutFileSystemPolicyCommand({ FileSystemId: id, Policy: JSON.stringify(policy) });
}

function lifecycleCommand({
  fileSystem: id,
  transition,
}: ActionOf<'put lifecycle'>): PutLifecycleConfigurationCommand {
  const policies =
    transition === undefined ? [] : [{ TransitionToIA: transition as TransitionToIARules }];
  return new PutLifecycleConfigurationCommand({ FileSystemId: id, LifecyclePolicies: policies });
}

type Removal = ActionOf<'delete access point' | 'delete mount target' | 'delete file system'>;

function remove(efs: EFSClient, { do: what, id }: Removal): Promise<unknown> {
  switch (what) {
    case 'delete access point':
      return ignoreError('AccessPointNotFound', () =>
        efs.send(new DeleteAccessPointCommand({ AccessPointId: id })),
      );
    case 'delete mount target':
      return ignoreError('MountTargetNotFound', () =>
        efs.send(new DeleteMountTargetCommand({ MountTargetId: id })),
      );
    case 'delete file system':
      return ignoreError('FileSystemNotFound', () =>
        efs.send(new DeleteFileSystemCommand({ FileSystemId: id })),
      );
  }
}
