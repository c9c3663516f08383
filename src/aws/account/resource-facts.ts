/** Reads the resources of a migration from DataSync and EFS. */
import { DescribeAgentCommand } from '@aws-sdk/client-datasync';
import {
  DescribeAccessPointsCommand,
  DescribeMountTargetSecurityGroupsCommand,
  DescribeMountTargetsCommand,
  DescribeReplicationConfigurationsCommand,
  type EFSClient,
} from '@aws-sdk/client-efs';
import type {
  AccessPointFacts,
  AgentFacts,
  MountTargetFacts,
  ResourceFacts,
  WantedFacts,
} from '../../policy/account/facts.ts';
import { findAgent } from '../../policy/provision/plan.ts';
import type { FoundAgent } from '../../policy/provision/steps.ts';
import type { DataSyncSpec } from '../../spec/kinds.ts';
import type { AwsClients } from '../clients.ts';
import { watchClock } from './clock-skew.ts';
import { awsFailure, ignoreError } from '../failures.ts';
import { toIamFacts } from '../iam-facts.ts';
import { recordRefusals } from './refusals.ts';
import { describeResources } from '../provision/describe-resources.ts';
import { serviceRoles } from '../../policy/iam/facts.ts';

export interface PlanFacts {
  readonly chunks: number;
  readonly entriesPerExecution: number;
}

export async function describeResourceFacts(
  clients: AwsClients,
  spec: DataSyncSpec,
  plan: PlanFacts,
): Promise<ResourceFacts> {
  const clock = watchClock(clients.efs);
  const refused = new Map<string, string>();
  for (const client of [clients.datasync, clients.efs]) recordRefusals(client, refused);
  try {
    const found = await describeResources(clients, spec, 'all');
    const { fileSystem, tasks } = found;
    return {
      wanted: wantedOf(spec, plan),
      agents: await agents(clients, spec, found.agents),
      fileSystem,
      replicatedTo: await isReplicatedTo(clients.efs, fileSystem?.id),
      mountTargets: await mountTargets(clients.efs, fileSystem?.id),
      accessPoint: await accessPoint(
        clients.efs,
        spec.destination.accessPoint ?? found.accessPoint?.id,
      ),
      tasks,
      otherTasks: found.otherTasks,
      clockSkewMs: clock.skewMs(),
      refused,
    };
  } catch (error) {
    throw awsFailure('read the account', error);
  }
}

function wantedOf(spec: DataSyncSpec, plan: PlanFacts): WantedFacts {
  const { source, destination, aws, chunks } = spec;
  const { region, account, logGroup } = aws;
  return {
    region,
    account,
    logGroup,
    agents: source.agents,
    vpcEndpoint: aws.vpcEndpoint?.id,
    agentMemoryGiB: aws.agentMemoryGiB,
    ...plan,
    layout: aws.layout,
    taskQuota: aws.taskQuota,
    // The longest filter: the root chunk excludes all other roots, '/a|/b'.
    filterCharacters: chunks.roots.map((root) => `/${root}`).join('|').length,
    fileSystem: destination.fileSystem,
    create: destination.create !== undefined,
    kmsKey: destination.create?.kmsKey,
    accessPoint: destination.accessPoint,
    accessRole: destination.accessRole,
    roles: serviceRoles(toIamFacts(spec)),
    subnets: destination.subnets,
    securityGroups: destination.securityGroups,
    mountTargetSecurityGroups: destination.mountTargetSecurityGroups ?? destination.securityGroups,
  };
}

async function agents(
  { datasync }: AwsClients,
  { source }: DataSyncSpec,
  listed: readonly FoundAgent[],
): Promise<AgentFacts[]> {
  const all: AgentFacts[] = [];
  for (const specName of source.agents) {
    const agent = findAgent(specName, listed);
    if (agent === undefined) {
      all.push({ specName });
      continue;
    }
    const described = await datasync.send(new DescribeAgentCommand({ AgentArn: agent.arn }));
    all.push({
      specName,
      status: described.Status ?? agent.status,
      version: described.Platform?.Version,
      endpointType: described.EndpointType,
      vpcEndpoint: described.PrivateLinkConfig?.VpcEndpointId,
      lastSeen: described.LastConnectionTime?.toISOString(),
    });
  }
  return all;
}

async function isReplicatedTo(efs: EFSClient, FileSystemId: string | undefined): Promise<boolean> {
  if (FileSystemId === undefined) return false;
  const response = await ignoreError('ReplicationNotFound', () =>
    efs.send(new DescribeReplicationConfigurationsCommand({ FileSystemId })),
  );
  return (response?.Replications ?? []).some((replication) =>
    (replication.Destinations ?? []).some(
      (destination) => destination.FileSystemId === FileSystemId,
    ),
  );
}

async function mountTargets(
  efs: EFSClient,
  FileSystemId: string | undefined,
): Promise<MountTargetFacts[]> {
  if (FileSystemId === undefined) return [];
  const { MountTargets = [] } = await efs.send(new DescribeMountTargetsCommand({ FileSystemId }));
  const all: MountTargetFacts[] = [];
  for (const {
    MountTargetId = '',
    SubnetId = '',
    LifeCycleState,
    AvailabilityZoneName,
    IpAddress,
  } of MountTargets) {
    const { SecurityGroups = [] } = await efs.send(
      new DescribeMountTargetSecurityGroupsCommand({ MountTargetId }),
    );
    all.push({
      id: MountTargetId,
      subnet: SubnetId,
      zone: AvailabilityZoneName,
      address: IpAddress,
      state: LifeCycleState ?? 'unknown',
      securityGroups: SecurityGroups,
    });
  }
  return all;
}

async function accessPoint(
  efs: EFSClient,
  AccessPointId: string | undefined,
): Promise<AccessPointFacts | undefined> {
  if (AccessPointId === undefined) return undefined;
  const response = await ignoreError('AccessPointNotFound', () =>
    efs.send(new DescribeAccessPointsCommand({ AccessPointId })),
  );
  const [point] = response?.AccessPoints ?? [];
  if (point === undefined) return undefined;
  return {
    id: AccessPointId,
    path: point.RootDirectory?.Path ?? '/',
    enforcesUser: point.PosixUser !== undefined,
  };
}
