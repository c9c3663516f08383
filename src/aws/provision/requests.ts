/** The requests that make things, from the spec alone: the same whoever sends them, and whenever. */
import type {
  CreateLocationEfsCommandInput,
  CreateLocationNfsCommandInput,
  CreateTaskCommandInput,
} from '@aws-sdk/client-datasync';
import type {
  CreateAccessPointCommandInput,
  CreateFileSystemCommandInput,
  CreateMountTargetCommandInput,
  UpdateFileSystemCommandInput,
} from '@aws-sdk/client-efs';
import { accessPointArn, fileSystemArn, securityGroupArn, subnetArn } from '../../policy/arns.ts';
import type { Deed } from '../../policy/provision.ts';
import { placeOf } from '../iam-facts.ts';
import { NFS_VERSIONS } from '../locations.ts';
import { accessPointToken, LANE_TAG, poolTaskName } from '../names.ts';
import { taskOptions } from '../task-options.ts';
import { asDirectory, tagsFor, toDesired, tokenOf, type ProvisionSpec } from './desired.ts';

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

export function nfsLocation(
  spec: ProvisionSpec,
  { agent }: Doing<'create NFS location'>,
): CreateLocationNfsCommandInput {
  const { source } = spec;
  return {
    ServerHostname: source.server,
    Subdirectory: asDirectory(source.export),
    OnPremConfig: { AgentArns: [agent] },
    MountOptions: { Version: NFS_VERSIONS[source.version] },
    Tags: tagsFor(spec, { [LANE_TAG]: agent }),
  };
}

export function efsLocation(
  spec: ProvisionSpec,
  { fileSystem: id, accessPoint: point }: Doing<'create EFS location'>,
): CreateLocationEfsCommandInput {
  const { destination } = spec;
  const place = placeOf(spec.aws);
  const tls =
    destination.inTransitEncryption === 'tls1.2' || (point ?? destination.accessRole) !== undefined;
  return {
    EfsFilesystemArn: fileSystemArn(place, id),
    Subdirectory: toDesired(spec).efsPath,
    Ec2Config: {
      SubnetArn: subnetArn(place, destination.subnets[0] ?? ''),
      SecurityGroupArns: destination.securityGroups.map((group) => securityGroupArn(place, group)),
    },
    InTransitEncryption: tls ? 'TLS1_2' : 'NONE',
    ...(point === undefined ? {} : { AccessPointArn: accessPointArn(place, point) }),
    ...(destination.accessRole === undefined
      ? {}
      : { FileSystemAccessRoleArn: destination.accessRole }),
    Tags: tagsFor(spec),
  };
}

export function poolTask(
  spec: ProvisionSpec,
  { lane, source, destination }: Doing<'create task'>,
): CreateTaskCommandInput {
  const { logGroup } = spec.aws;
  return {
    SourceLocationArn: source,
    DestinationLocationArn: destination,
    Name: poolTaskName(spec.name, lane),
    Options: taskOptions(logGroup),
    ...(logGroup === undefined ? {} : { CloudWatchLogGroupArn: logGroup }),
    Tags: tagsFor(spec),
  };
}
