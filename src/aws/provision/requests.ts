/** The requests that make things on EFS, from the spec alone: the same whenever they are sent. */
import type {
  CreateAccessPointCommandInput,
  CreateFileSystemCommandInput,
  CreateMountTargetCommandInput,
  UpdateFileSystemCommandInput,
} from '@aws-sdk/client-efs';
import type { Deed } from '../../policy/provision/steps.ts';
import { accessPointToken } from '../names.ts';
import { tagsFor, tokenOf, type ProvisionSpec } from './desired.ts';

type Doing<What extends Deed['do']> = Extract<Deed, { do: What }>;

const MEBIBYTE = 2 ** 20;

/** Encrypted from the first: neither encryption nor the key can be changed later. */
export function fileSystem(spec: ProvisionSpec): CreateFileSystemCommandInput {
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
}: ProvisionSpec): Pick<
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
  { destination }: ProvisionSpec,
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
export function accessPoint(spec: ProvisionSpec, id: string): CreateAccessPointCommandInput {
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
