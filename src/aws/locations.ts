/** Locations as a spec describes them: what CreateLocationNfs and CreateLocationEfs are asked for. */
import type {
  CreateLocationEfsCommandInput,
  CreateLocationNfsCommandInput,
} from '@aws-sdk/client-datasync';
import type { DataSyncSpec } from '../spec/kinds.ts';
import { accessPointArn, fileSystemArn, securityGroupArn, subnetArn } from '../policy/arns.ts';
import { placeOf } from './iam-facts.ts';
import { LANE_TAG, tagsOf } from './names.ts';

export const NFS_VERSIONS = {
  automatic: 'AUTOMATIC',
  nfs3: 'NFS3',
  'nfs4.0': 'NFS4_0',
  'nfs4.1': 'NFS4_1',
} as const;

/** `below`: a directory inside the export, such as 'a/b'; '' for the export itself. */
export function nfsLocation(
  { name, source, aws }: DataSyncSpec,
  agentArn: string,
  below = '',
): CreateLocationNfsCommandInput {
  return {
    ServerHostname: source.server,
    Subdirectory: directory(source.export, below),
    OnPremConfig: { AgentArns: [agentArn] },
    MountOptions: { Version: NFS_VERSIONS[source.version] },
    Tags: tagsOf(name, aws.tags, { [LANE_TAG]: agentArn }),
  };
}

export function efsLocation(
  { name, destination, aws }: DataSyncSpec,
  fileSystem: string,
  below = '',
): CreateLocationEfsCommandInput {
  const place = placeOf(aws);
  const { accessPoint, accessRole, subnets, securityGroups, inTransitEncryption } = destination;
  return {
    EfsFilesystemArn: fileSystemArn(place, fileSystem),
    Subdirectory: directory(destination.directory, below),
    Ec2Config: {
      SubnetArn: subnetArn(place, subnets[0]!),
      SecurityGroupArns: securityGroups.map((id) => securityGroupArn(place, id)),
    },
    InTransitEncryption: inTransitEncryption === 'none' ? 'NONE' : 'TLS1_2',
    ...(accessPoint === undefined ? {} : { AccessPointArn: accessPointArn(place, accessPoint) }),
    ...(accessRole === undefined ? {} : { FileSystemAccessRoleArn: accessRole }),
    Tags: tagsOf(name, aws.tags),
  };
}

/** As ListLocations shows it: 'nfs://files.example.com/srv/data/'. */
export function nfsUri({ source }: DataSyncSpec, below = ''): string {
  return `nfs://${source.server}${withSlash(directory(source.export, below))}`;
}

export function efsUri({ destination, aws }: DataSyncSpec, fileSystem: string, below = ''): string {
  return `efs://${aws.region}.${fileSystem}${withSlash(directory(destination.directory, below))}`;
}

/** Whether a path below the export can be the path of a location. Source: service model, NfsSubdirectory. */
export function canBeLocation(below: string): boolean {
  return /^[a-zA-Z0-9_\-+./() ]*$/.test(below);
}

function directory(top: string, below: string): string {
  if (below === '') return top;
  return `${top.replace(/\/+$/, '')}/${below}`;
}

const withSlash = (path: string): string => `${path.replace(/\/+$/, '')}/`;
