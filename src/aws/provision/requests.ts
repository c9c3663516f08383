/** Requests that create resources on EFS. They depend only on the spec, so a retry is identical. */
import type {
  CreateAccessPointCommandInput,
  CreateFileSystemCommandInput,
  CreateMountTargetCommandInput,
  UpdateFileSystemCommandInput,
} from '@aws-sdk/client-efs';
import type { ActionOf } from '../../policy/provision/steps.ts';
import { accessPointToken } from '../names.ts';
import { tagsFor, tokenOf } from './desired.ts';
import { type LocationSpec } from '../../spec/kinds.ts';

const MEBIBYTE = 2 ** 20;

/** Sets encryption and key, because neither can be changed later. */
export function fileSystemRequest(spec: LocationSpec): CreateFileSystemCommandInput {
  const { create } = spec.destination;
  return {
    CreationToken: tokenOf(spec),
    Encrypted: true,
    ...(create?.kmsKey === undefined ? {} : { KmsKeyId: create.kmsKey }),
    ...throughputRequest(spec),
    PerformanceMode: 'generalPurpose',
    Backup: create?.backup ?? true,
    Tags: tagsFor(spec, { Name: spec.name }),
  };
}

export function throughputRequest({
  destination,
}: LocationSpec): Pick<
  UpdateFileSystemCommandInput,
  'ThroughputMode' | 'ProvisionedThroughputInMibps'
> {
  const { throughput: mode = 'elastic', provisionedThroughput } = destination.create ?? {};
  if (provisionedThroughput === undefined) return { ThroughputMode: mode };
  return {
    ThroughputMode: mode,
    ProvisionedThroughputInMibps: Math.max(1, Math.round(provisionedThroughput / MEBIBYTE)),
  };
}

export function mountTargetRequest(
  { destination }: LocationSpec,
  { fileSystem: id, subnet }: ActionOf<'create mount target'>,
): CreateMountTargetCommandInput {
  const { mountTargetSecurityGroups, securityGroups } = destination;
  return {
    FileSystemId: id,
    SubnetId: subnet,
    SecurityGroups: mountTargetSecurityGroups ?? securityGroups,
  };
}

/** Enforces no user: that would replace the owner of every file. */
export function accessPointRequest(spec: LocationSpec, id: string): CreateAccessPointCommandInput {
  const { directory } = spec.destination;
  return {
    ClientToken: accessPointToken(spec.name, directory),
    FileSystemId: id,
    RootDirectory: {
      Path: directory,
      CreationInfo: { OwnerUid: 0, OwnerGid: 0, Permissions: '0755' },
    },
    Tags: tagsFor(spec, { Name: spec.name }),
  };
}
