/** From a spec to what provisioning wants. */
import type { Desired } from '../../policy/provision/steps.ts';
import { type DataSyncSpec, type LocationSpec } from '../../spec/kinds.ts';
import { asDirectory, ec2Config, NFS_VERSIONS, nfsUri, s3Uri } from '../locations.ts';
import { fileSystemToken, MIGRATION_TAG, poolTaskName, tagsOf } from '../names.ts';

export const toProvisionSpec = ({
  name,
  source,
  destination,
  aws,
}: DataSyncSpec): LocationSpec => ({ name, source, destination, aws });

/** Whether provisioning makes one for the directory: the first mount through it makes the directory. */
export const makesAccessPoint = ({ destination }: Pick<LocationSpec, 'destination'>): boolean =>
  destination.create !== undefined &&
  destination.accessPoint === undefined &&
  asDirectory(destination.directory) !== '/';

export function toDesired({ name, source, destination, aws }: LocationSpec, done = false): Desired {
  const { create, directory } = destination;
  const makeAccessPoint = makesAccessPoint({ destination });
  const { SubnetArn, SecurityGroupArns } = ec2Config({ destination, aws });
  return {
    migration: name,
    tag: { key: MIGRATION_TAG, value: name },
    fileSystem: { id: destination.fileSystem, create },
    accessRole: destination.accessRole,
    accessPoint: destination.accessPoint,
    makeAccessPoint,
    subnets: create === undefined ? [] : destination.subnets,
    lanes: source.agents.map((agent, lane) => ({ agent, taskName: poolTaskName(name, lane) })),
    sourceUri: nfsUri({ source }),
    // The access point is the directory.
    efsPath: makeAccessPoint ? '/' : asDirectory(directory),
    s3Uris: (aws.s3Locations ?? []).map(s3Uri),
    nfsVersion: NFS_VERSIONS[source.version],
    mountFrom: { subnet: SubnetArn, securityGroups: SecurityGroupArns },
    region: aws.region,
    makeTasks: aws.layout !== 'task-per-chunk',
    done,
  };
}

export const tokenOf = ({ name }: LocationSpec): string => fileSystemToken(name);

export const tagsFor = (
  { name, aws }: LocationSpec,
  more: Readonly<Record<string, string>> = {},
): ReturnType<typeof tagsOf> => tagsOf(name, aws.tags, more);
