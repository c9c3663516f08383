/** Reads the file system of a migration with its mount targets and access point. */
import {
  DescribeBackupPolicyCommand,
  DescribeFileSystemPolicyCommand,
  DescribeFileSystemsCommand,
  DescribeLifecycleConfigurationCommand,
  paginateDescribeAccessPoints,
  paginateDescribeMountTargets,
  type EFSClient,
  type FileSystemDescription,
} from '@aws-sdk/client-efs';
import type {
  FoundAccessPoint,
  FoundFileSystem,
  FoundMountTarget,
  FoundResources,
} from '../../policy/provision/steps.ts';
import type { AwsClients } from '../clients.ts';
import { ignoreError } from '../failures.ts';
import { accessPointToken, MIGRATION_TAG } from '../names.ts';
import { tokenOf } from './desired.ts';
import { type LocationSpec } from '../../spec/kinds.ts';

type EfsResources = Pick<FoundResources, 'fileSystem' | 'mountTargets' | 'accessPoint'>;

export async function describeFileSystem(
  { efs }: Pick<AwsClients, 'efs'>,
  spec: LocationSpec,
): Promise<EfsResources> {
  const described = await describe(efs, spec);
  const id = described?.FileSystemId;
  if (described === undefined || id === undefined) return { mountTargets: [] };
  return {
    fileSystem: { ...(await settingsOf(efs, id)), ...attributesOf(described, spec) },
    mountTargets: await mountTargetsOf(efs, id),
    accessPoint: await findAccessPoint(efs, spec, id),
  };
}

async function describe(
  efs: EFSClient,
  spec: LocationSpec,
): Promise<FileSystemDescription | undefined> {
  const { fileSystem } = spec.destination;
  const which =
    fileSystem === undefined ? { CreationToken: tokenOf(spec) } : { FileSystemId: fileSystem };
  const response = await ignoreError('FileSystemNotFound', () =>
    efs.send(new DescribeFileSystemsCommand(which)),
  );
  return response?.FileSystems?.find(({ LifeCycleState }) => LifeCycleState !== 'deleted');
}

function attributesOf(
  described: FileSystemDescription,
  spec: LocationSpec,
): Omit<FoundFileSystem, 'backup' | 'policy' | 'lifecycle'> {
  return {
    id: described.FileSystemId ?? '',
    arn: described.FileSystemArn ?? '',
    state: described.LifeCycleState ?? 'unknown',
    encrypted: described.Encrypted === true,
    kmsKey: described.KmsKeyId,
    throughput: described.ThroughputMode,
    ours: (described.Tags ?? []).some(
      ({ Key, Value }) => Key === MIGRATION_TAG && Value === spec.name,
    ),
  };
}

async function settingsOf(
  efs: EFSClient,
  FileSystemId: string,
): Promise<Pick<FoundFileSystem, 'backup' | 'policy' | 'lifecycle'>> {
  const backup = await ignoreError('PolicyNotFound', () =>
    efs.send(new DescribeBackupPolicyCommand({ FileSystemId })),
  );
  const policy = await ignoreError('PolicyNotFound', () =>
    efs.send(new DescribeFileSystemPolicyCommand({ FileSystemId })),
  );
  const { LifecyclePolicies = [] } = await efs.send(
    new DescribeLifecycleConfigurationCommand({ FileSystemId }),
  );
  return {
    backup: backup?.BackupPolicy?.Status?.startsWith('ENABL') === true,
    policy: policy?.Policy,
    lifecycle: LifecyclePolicies.flatMap((each) => Object.values(each) as string[]),
  };
}

async function mountTargetsOf(
  client: EFSClient,
  FileSystemId: string,
): Promise<FoundMountTarget[]> {
  const found: FoundMountTarget[] = [];
  for await (const page of paginateDescribeMountTargets({ client }, { FileSystemId })) {
    for (const { MountTargetId, LifeCycleState, SubnetId } of page.MountTargets ?? []) {
      const state = LifeCycleState ?? 'unknown';
      if (state !== 'deleted') found.push({ id: MountTargetId ?? '', state, subnet: SubnetId });
    }
  }
  return found;
}

/** Returns the access point that provisioning created for the spec's directory. */
export async function findAccessPoint(
  client: EFSClient,
  spec: Pick<LocationSpec, 'name' | 'destination'>,
  FileSystemId: string,
): Promise<FoundAccessPoint | undefined> {
  const token = accessPointToken(spec.name, spec.destination.directory);
  for await (const page of paginateDescribeAccessPoints({ client }, { FileSystemId })) {
    for (const { AccessPointId, ClientToken, LifeCycleState } of page.AccessPoints ?? []) {
      const state = LifeCycleState ?? 'unknown';
      if (ClientToken === token && state !== 'deleted') return { id: AccessPointId ?? '', state };
    }
  }
  return undefined;
}
