/** Locations of the kinds that a migration needs: NFS, EFS and S3. */
import { invalidRequest } from '../wire/service-error.ts';
import { page, passes, type ListFilter, type PageRequest } from './paging.ts';
import {
  find,
  newArn,
  type Location,
  type LocationKind,
  type Tag,
  type World,
} from '../world/datasync.ts';

type Fields = Record<string, unknown>;

export function createLocation(world: World, kind: LocationKind, request: Fields): unknown {
  const { Tags, ...fields } = request;
  if (kind === 'nfs') requireAgents(world, fields);
  if (kind === 'efs') requireTls(fields);
  const arn = newArn(world, 'location', 'loc');
  world.locations.set(arn, { arn, kind, createdAt: world.clock.now(), fields });
  world.tags.set(arn, (Tags as Tag[] | undefined) ?? []);
  return { LocationArn: arn };
}

function requireAgents(world: World, fields: Fields): void {
  const { AgentArns } = fields['OnPremConfig'] as { AgentArns: string[] };
  for (const arn of AgentArns) find(world.agents, 'Agent', arn);
  if (AgentArns.length > 4) {
    throw invalidRequest('A location can use at most 4 Basic mode agents.', 'TooManyAgents');
  }
}

function requireTls(fields: Fields): void {
  const restricted = fields['AccessPointArn'] ?? fields['FileSystemAccessRoleArn'];
  if (restricted && fields['InTransitEncryption'] !== 'TLS1_2') {
    throw invalidRequest(
      'In-transit encryption must be TLS1_2 when an access point or an access role is specified.',
    );
  }
}

export function describeLocation(world: World, kind: LocationKind, arn: string): unknown {
  const location = locationOf(world, kind, arn);
  const shown: Fields = {
    LocationArn: arn,
    LocationUri: uriOf(location),
    CreationTime: location.createdAt / 1000,
    ...location.fields,
  };
  for (const hidden of ['Subdirectory', 'ServerHostname', 'EfsFilesystemArn', 'S3BucketArn']) {
    delete shown[hidden];
  }
  return shown;
}

export function updateLocation(world: World, kind: LocationKind, request: Fields): unknown {
  const { LocationArn, ...changes } = request;
  const location = locationOf(world, kind, LocationArn as string);
  const fields = { ...location.fields, ...changes };
  for (const [name, value] of Object.entries(fields)) if (value === '') delete fields[name];
  if (kind === 'nfs') requireAgents(world, fields);
  if (kind === 'efs') requireTls(fields);
  location.fields = fields;
  return {};
}

export function listLocations(
  world: World,
  request: PageRequest & { Filters?: ListFilter[] },
): unknown {
  const found = [...world.locations.values()].filter((location) =>
    (request.Filters ?? []).every((filter) => passes(filter, attribute(location, filter.Name))),
  );
  const { items, NextToken } = page(found, request);
  return {
    Locations: items.map((l) => ({ LocationArn: l.arn, LocationUri: uriOf(l) })),
    NextToken,
  };
}

function attribute(location: Location, name: string): string {
  if (name === 'LocationUri') return uriOf(location);
  if (name === 'LocationType') return location.kind.toUpperCase();
  return new Date(location.createdAt).toISOString();
}

export function deleteLocation(world: World, { LocationArn }: { LocationArn: string }): unknown {
  const location = find(world.locations, 'Location', LocationArn);
  const users = [...world.tasks.values()].filter(
    (task) => task.source === location || task.destination === location,
  );
  if (users.length > 0) {
    throw invalidRequest(
      `Location ${LocationArn} is in-use by these task(s): ${users.map((t) => t.arn).join(', ')}`,
    );
  }
  world.locations.delete(LocationArn);
  world.tags.delete(LocationArn);
  return {};
}

function locationOf(world: World, kind: LocationKind, arn: string): Location {
  const location = find(world.locations, 'Location', arn);
  if (location.kind !== kind) {
    throw invalidRequest(`Location ${arn} is not of type ${kind.toUpperCase()}.`);
  }
  return location;
}

/** Formats `TYPE://GLOBAL_ID/SUBDIR`, such as `efs://eu-central-1.fs-abcd1234/chunk/`. */
export function uriOf({ kind, fields }: Location): string {
  const subdirectory =
    `/${String((fields['Subdirectory'] as string | undefined) ?? '').replace(/^\/+|\/+$/g, '')}/`.replace(
      '//',
      '/',
    );
  if (kind === 'nfs') return `nfs://${String(fields['ServerHostname'])}${subdirectory}`;
  if (kind === 'efs') return `efs://${regionOf(fields)}.${fileSystemIdOf(fields)}${subdirectory}`;
  return `s3://${bucketOf(fields)}${subdirectory}`;
}

function fileSystemIdOf(fields: Fields): string {
  return String(fields['EfsFilesystemArn']).split('/').at(-1) ?? '';
}

function regionOf(fields: Fields): string {
  return String(fields['EfsFilesystemArn']).split(':')[3] ?? '';
}

function bucketOf(fields: Fields): string {
  return String(fields['S3BucketArn']).split(':').at(-1) ?? '';
}

/** Returns the local directory behind a location. */
export function directoryOf(world: World, { kind, fields }: Location): string {
  const subdirectory = (fields['Subdirectory'] as string | undefined) ?? '/';
  if (kind === 'nfs') return world.places.nfs(String(fields['ServerHostname']), subdirectory);
  if (kind === 'efs') {
    const point = fields['AccessPointArn'] as string | undefined;
    const root = point === undefined ? '/' : world.rootOfAccessPoint(point);
    return world.places.efs(fileSystemIdOf(fields), `${root}/${subdirectory}`);
  }
  return world.places.s3(bucketOf(fields), subdirectory);
}
