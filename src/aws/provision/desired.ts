/** Converts a spec to the resources that provisioning creates or expects. */
import type { DesiredResources } from '../../policy/provision/steps.ts';
import { type DataSyncSpec, type LocationSpec } from '../../spec/kinds.ts';
import { asDirectory, ec2Config, NFS_VERSIONS, nfsUri, s3Uri } from '../locations.ts';
import { fileSystemToken, MIGRATION_TAG, poolTaskName, tagsOf } from '../names.ts';

export const toProvisionSpec = ({
  name,
  source,
  destination,
  aws,
}: DataSyncSpec): LocationSpec => ({ name, source, destination, aws });

/** Returns true when provisioning creates an access point, which creates the directory on the first mount. */
export const needsAccessPoint = ({ destination }: Pick<LocationSpec, 'destination'>): boolean =>
  destination.create !== undefined &&
  destination.accessPoint === undefined &&
  asDirectory(destination.directory) !== '/';

/** `done`: the migration is done, and the lifecycle policy may be set. */
export function toDesired(
  { name, source, destination, aws }: LocationSpec,
  done = false,
): DesiredResources {
  const { create, directory } = destination;
  const createAccessPoint = needsAccessPoint({ destination });
  const { SubnetArn, SecurityGroupArns } = ec2Config({ destination, aws });
  return {
    migration: name,
    tag: { key: MIGRATION_TAG, value: name },
    fileSystem: { id: destination.fileSystem, create },
    accessRole: destination.accessRole,
    accessPoint: destination.accessPoint,
    createAccessPoint,
    subnets: create === undefined ? [] : destination.subnets,
    lanes: source.agents.map((agent, lane) => ({ agent, taskName: poolTaskName(name, lane) })),
    sourceUri: nfsUri({ source }),
    // The root of the access point is the directory.
    efsPath: createAccessPoint ? '/' : asDirectory(directory),
    s3Uris: (aws.s3Locations ?? []).map(s3Uri),
    nfsVersion: NFS_VERSIONS[source.version],
    mountFrom: { subnet: SubnetArn, securityGroups: SecurityGroupArns },
    region: aws.region,
    createTasks: aws.layout !== 'task-per-chunk',
    done,
  };
}

export const tokenOf = ({ name }: LocationSpec): string => fileSystemToken(name);

export const tagsFor = (
  { name, aws }: LocationSpec,
  more: Readonly<Record<string, string>> = {},
): ReturnType<typeof tagsOf> => tagsOf(name, aws.tags, more);
