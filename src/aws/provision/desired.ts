/** From a spec to what provisioning wants. */
import type { Desired } from '../../policy/provision.ts';
import type { DataSyncSpec } from '../../spec/kinds.ts';
import { fileSystemToken, MIGRATION_TAG, poolTaskName, tagsOf } from '../names.ts';

/** The part of a spec that provisioning goes by; small, and without anything secret. */
export type ProvisionSpec = Pick<DataSyncSpec, 'name' | 'source' | 'destination' | 'aws'>;

export const toProvisionSpec = ({
  name,
  source,
  destination,
  aws,
}: DataSyncSpec): ProvisionSpec => ({ name, source, destination, aws });

export function toDesired(
  { name, source, destination, aws }: ProvisionSpec,
  done = false,
): Desired {
  const { create, directory } = destination;
  const makeAccessPoint =
    create !== undefined && destination.accessPoint === undefined && directory !== '/';
  return {
    migration: name,
    tag: { key: MIGRATION_TAG, value: name },
    fileSystem: { id: destination.fileSystem, create },
    accessRole: destination.accessRole,
    accessPoint: destination.accessPoint,
    makeAccessPoint,
    subnets: create === undefined ? [] : destination.subnets,
    lanes: source.agents.map((agent, lane) => ({ agent, taskName: poolTaskName(name, lane) })),
    sourceUri: `nfs://${source.server}${asDirectory(source.export)}`,
    // The access point is the directory.
    efsPath: makeAccessPoint ? '/' : asDirectory(directory),
    region: aws.region,
    makeTasks: aws.layout !== 'task-per-chunk',
    done,
  };
}

/** '/a', '/a/' and 'a' → '/a/'. */
export const asDirectory = (path: string): string =>
  `/${path.replace(/^\/+|\/+$/g, '')}/`.replace('//', '/');

export const tokenOf = ({ name }: ProvisionSpec): string => fileSystemToken(name);

export const tagsFor = (
  { name, aws }: ProvisionSpec,
  more: Readonly<Record<string, string>> = {},
): ReturnType<typeof tagsOf> => tagsOf(name, aws.tags, more);
