/** The requests that make things on EFS, from the spec alone: the same whenever they are sent. */
import type {
  CreateAccessPointCommandInput,
  CreateFileSystemCommandInput,
  CreateMountTargetCommandInput,
  UpdateFileSystemCommandInput,
} from '@aws-sdk/client-efs';
import type { Deed } from '../../policy/provision/steps.ts';
import { accessPointToken } from '../names.ts';
import { tagsFor, tokenOf } from './desired.ts';
import { type LocationSpec } from '../../spec/kinds.ts';

type Doing<What extends Deed['do']> = Extract<Deed, { do: What }>;

const MEBIBYTE = 2 ** 20;

/** Encrypted from the first: neither encryption nor the key can be changed later. */
export function fileSystem(spec: LocationSpec): CreateFileSystemCommandInput {
  const { create } = spec.destination;
  return {
    CreationToken: tokenOf(spec),
    Encrypted: true,
    ...(create?.kmsKey === undefined ? {} : { KmsKeyId: create.kmsKey }),
    ...throughput(spec),
    PerformanceMode: 'generalPurpose',
    Backup: create?.backup ?? true,
    Tags: tagsFor(spec, { Name: spec.name }),
  };
}

export function throughput({
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

export function mountTarget(
  { destination }: LocationSpec,
  { fileSystem: id, subnet }: Doing<'create mount target'>,
): CreateMountTargetCommandInput {
  const { mountTargetSecurityGroups, securityGroups } = destination;
  return {
    FileSystemId: id,
    SubnetId: subnet,
    SecurityGroups: mountTargetSecurityGroups ?? securityGroups,
  };
}

/** Without an enforced user, which would take every file's owner away. */
export function accessPoint(spec: LocationSpec, id: string): CreateAccessPointCommandInput {
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
