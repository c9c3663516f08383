/** Reads the resources of a migration in an account. */
import {
  paginateListAgents,
  paginateListLocations,
  paginateListTagsForResource,
  paginateListTasks,
  DescribeLocationEfsCommand,
  DescribeLocationNfsCommand,
  DescribeTaskCommand,
  type LocationListEntry,
} from '@aws-sdk/client-datasync';
import type {
  FoundAgent,
  FoundLocation,
  FoundResources,
  FoundTask,
} from '../../policy/provision/steps.ts';
import type { AwsClients } from '../clients.ts';
import { mountOf, normalUri } from '../locations.ts';
import { MIGRATION_TAG } from '../names.ts';
import { toDesired } from './desired.ts';
import { type LocationSpec } from '../../spec/kinds.ts';
import { describeFileSystem } from './describe-file-system.ts';

/** 'provisioned': what provisioning creates; 'all': also what chunks have created. */
export type ResourceSet = 'provisioned' | 'all';

export async function describeResources(
  clients: AwsClients,
  spec: LocationSpec,
  which: ResourceSet = 'provisioned',
): Promise<FoundResources & { readonly otherTasks: number }> {
  const efs = await describeFileSystem(clients, spec);
  return {
    ...efs,
    agents: await agents(clients),
    locations: await locations(clients, spec, which, efs.fileSystem?.id),
    ...(await tasks(clients, spec, which)),
  };
}

async function agents({ datasync }: AwsClients): Promise<FoundAgent[]> {
  const all: FoundAgent[] = [];
  for await (const { Agents = [] } of paginateListAgents({ client: datasync }, {})) {
    for (const { AgentArn = '', Name, Status } of Agents) {
      all.push({ arn: AgentArn, name: Name, status: Status });
    }
  }
  return all;
}

async function locations(
  clients: AwsClients,
  spec: LocationSpec,
  which: ResourceSet,
  fileSystem: string | undefined,
): Promise<FoundLocation[]> {
  const { sourceUri, efsPath, s3Uris, region } = toDesired(spec);
  const efsRoot = `efs://${region}.${fileSystem ?? 'none'}`;
  const belongs = (uri: string): boolean =>
    s3Uris.includes(uri) ||
    (which === 'provisioned'
      ? uri === sourceUri || uri === `${efsRoot}${efsPath}`
      : uri.startsWith(sourceUri) || uri.startsWith(`${efsRoot}/`));
  const found: FoundLocation[] = [];
  const pages = paginateListLocations({ client: clients.datasync }, {});
  for await (const { Locations = [] } of pages) {
    for (const entry of Locations) {
      const uri = normalUri(entry.LocationUri ?? '');
      if (belongs(uri)) found.push(await location(clients, spec, { ...entry, LocationUri: uri }));
    }
  }
  return found;
}

async function location(
  clients: AwsClients,
  spec: LocationSpec,
  { LocationArn: arn = '', LocationUri: uri = '' }: LocationListEntry,
): Promise<FoundLocation> {
  const ours = await isOurs(clients, spec, arn);
  if (uri.startsWith('nfs:')) {
    const { OnPremConfig, MountOptions } = await clients.datasync.send(
      new DescribeLocationNfsCommand({ LocationArn: arn }),
    );
    const { Version = 'AUTOMATIC' } = MountOptions ?? {};
    return { arn, uri, ours, agents: OnPremConfig?.AgentArns ?? [], version: Version };
  }
  if (uri.startsWith('s3:')) return { arn, uri, ours };
  const efs = await clients.datasync.send(new DescribeLocationEfsCommand({ LocationArn: arn }));
  return { arn, uri, ours, mount: mountOf(efs) };
}

async function tasks(
  clients: AwsClients,
  spec: LocationSpec,
  which: ResourceSet,
): Promise<{ readonly tasks: FoundTask[]; readonly otherTasks: number }> {
  const { lanes } = toDesired(spec);
  const belongs = (name: string): boolean =>
    which === 'provisioned'
      ? lanes.some(({ taskName }) => taskName === name)
      : name.startsWith(`longhaul/${spec.name}/`);
  const found: FoundTask[] = [];
  let otherTasks = 0;
  for await (const { Tasks = [] } of paginateListTasks({ client: clients.datasync }, {})) {
    for (const { TaskArn: arn = '', Name = '' } of Tasks) {
      if (belongs(Name)) found.push(await task(clients, spec, arn));
      else if (!Name.startsWith(`longhaul/${spec.name}/`)) otherTasks++;
    }
  }
  return { tasks: found, otherTasks };
}

async function task(clients: AwsClients, spec: LocationSpec, arn: string): Promise<FoundTask> {
  const described = await clients.datasync.send(new DescribeTaskCommand({ TaskArn: arn }));
  return {
    arn,
    name: described.Name,
    status: described.Status ?? 'unknown',
    source: described.SourceLocationArn ?? '',
    destination: described.DestinationLocationArn ?? '',
    error: described.ErrorDetail ?? described.ErrorCode,
    ours: await isOurs(clients, spec, arn),
  };
}

async function isOurs(
  { datasync }: AwsClients,
  { name }: LocationSpec,
  arn: string,
): Promise<boolean> {
  const pages = paginateListTagsForResource({ client: datasync }, { ResourceArn: arn });
  for await (const { Tags = [] } of pages) {
    if (Tags.some(({ Key, Value }) => Key === MIGRATION_TAG && Value === name)) return true;
  }
  return false;
}
