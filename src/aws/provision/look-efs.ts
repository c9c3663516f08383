/** One look at the file system of a migration, with what belongs to it. */
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
import type { Found, FoundFileSystem, FoundPart } from '../../policy/provision/steps.ts';
import type { AwsClients } from '../clients.ts';
import { accessPointToken, MIGRATION_TAG } from '../names.ts';
import { tokenOf } from './desired.ts';
import { type LocationSpec } from '../../spec/kinds.ts';

type EfsFound = Pick<Found, 'fileSystem' | 'mountTargets' | 'accessPoint'>;

export async function lookAtFileSystem({ efs }: AwsClients, spec: LocationSpec): Promise<EfsFound> {
  const described = await describe(efs, spec);
  const id = described?.FileSystemId;
  if (described === undefined || id === undefined) return { mountTargets: [] };
  return {
    fileSystem: { ...(await settings(efs, id)), ...base(described, spec) },
    mountTargets: await mountTargets(efs, id),
    accessPoint: await accessPoint(efs, spec, id),
  };
}

async function describe(
  efs: EFSClient,
  spec: LocationSpec,
): Promise<FileSystemDescription | undefined> {
  const { fileSystem } = spec.destination;
  const which =
    fileSystem === undefined ? { CreationToken: tokenOf(spec) } : { FileSystemId: fileSystem };
  const answer = await unless('FileSystemNotFound', () =>
    efs.send(new DescribeFileSystemsCommand(which)),
  );
  return answer?.FileSystems?.find(({ LifeCycleState }) => LifeCycleState !== 'deleted');
}

function base(
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

async function settings(
  efs: EFSClient,
  FileSystemId: string,
): Promise<Pick<FoundFileSystem, 'backup' | 'policy' | 'lifecycle'>> {
  const backup = await unless('PolicyNotFound', () =>
    efs.send(new DescribeBackupPolicyCommand({ FileSystemId })),
  );
  const policy = await unless('PolicyNotFound', () =>
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

async function mountTargets(client: EFSClient, FileSystemId: string): Promise<FoundPart[]> {
  const found: FoundPart[] = [];
  for await (const page of paginateDescribeMountTargets({ client }, { FileSystemId })) {
    for (const { MountTargetId, LifeCycleState, SubnetId } of page.MountTargets ?? []) {
      const state = LifeCycleState ?? 'unknown';
      if (state !== 'deleted') found.push({ id: MountTargetId ?? '', state, subnet: SubnetId });
    }
  }
  return found;
}

/** The access point that provisioning made for the spec's directory. */
export async function accessPoint(
  client: EFSClient,
  spec: Pick<LocationSpec, 'name' | 'destination'>,
  FileSystemId: string,
): Promise<FoundPart | undefined> {
  const token = accessPointToken(spec.name, spec.destination.directory);
  for await (const page of paginateDescribeAccessPoints({ client }, { FileSystemId })) {
    for (const { AccessPointId, ClientToken, LifeCycleState } of page.AccessPoints ?? []) {
      const state = LifeCycleState ?? 'unknown';
      if (ClientToken === token && state !== 'deleted') return { id: AccessPointId ?? '', state };
    }
  }
  return undefined;
}

/** Undefined when the service answers with the error of this name. */
export async function unless<T>(name: string, ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if ((error as { name?: unknown }).name === name) return undefined;
    throw error;
  }
}
