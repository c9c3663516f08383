/**
 * Converts a spec to locations: the requests of CreateLocation…, and the URIs under which ListLocations
 * lists them. Provisioning and the engine share them.
 */
import type {
  CreateLocationEfsCommandInput,
  CreateLocationNfsCommandInput,
  CreateLocationS3CommandInput,
  S3StorageClass,
} from '@aws-sdk/client-datasync';
import type { S3Location } from '../spec/aws-schema.ts';
import type { LocationSpec } from '../spec/kinds.ts';
import {
  accessPointArn,
  bucketArn,
  fileSystemArn,
  securityGroupArn,
  subnetArn,
} from '../policy/iam/arns.ts';
import type { EfsMount } from '../policy/provision/steps.ts';
import { environmentOf } from './iam-facts.ts';
import { LANE_TAG, tagsOf } from './names.ts';

export const NFS_VERSIONS = {
  automatic: 'AUTOMATIC',
  nfs3: 'NFS3',
  'nfs4.0': 'NFS4_0',
  'nfs4.1': 'NFS4_1',
} as const;

/** `below`: a directory inside the export, such as 'a/b'; '' for the export itself. */
export function nfsLocation(
  { name, source, aws }: LocationSpec,
  agentArn: string,
  below = '',
): CreateLocationNfsCommandInput {
  return {
    ServerHostname: source.server,
    Subdirectory: asDirectory(source.export, below),
    OnPremConfig: { AgentArns: [agentArn] },
    MountOptions: { Version: NFS_VERSIONS[source.version] },
    Tags: tagsOf(name, aws.tags, { [LANE_TAG]: agentArn }),
  };
}

/** Always uses TLS: the file-system policy that provisioning sets denies everything else. */
export function efsLocation(
  { name, destination, aws }: LocationSpec,
  fileSystem: string,
  below = '',
): CreateLocationEfsCommandInput {
  const environment = environmentOf(aws);
  const { accessPoint, accessRole } = destination;
  return {
    EfsFilesystemArn: fileSystemArn(environment, fileSystem),
    Subdirectory: asDirectory(destination.directory, below),
    Ec2Config: ec2Config({ destination, aws }),
    InTransitEncryption: 'TLS1_2',
    ...(accessPoint === undefined
      ? {}
      : { AccessPointArn: accessPointArn(environment, accessPoint) }),
    ...(accessRole === undefined ? {} : { FileSystemAccessRoleArn: accessRole }),
    Tags: tagsOf(name, aws.tags),
  };
}

/** Returns how a location mounts, from a create request or a describe response. */
export function mountOf({
  InTransitEncryption,
  AccessPointArn,
  FileSystemAccessRoleArn,
  Ec2Config,
}: Omit<Partial<CreateLocationEfsCommandInput>, 'EfsFilesystemArn'>): EfsMount {
  return {
    tls: InTransitEncryption === 'TLS1_2',
    accessPoint: AccessPointArn,
    accessRole: FileSystemAccessRoleArn,
    subnet: Ec2Config?.SubnetArn ?? '',
    securityGroups: Ec2Config?.SecurityGroupArns ?? [],
  };
}

/** DataSync creates its network interfaces in the first subnet. */
export function ec2Config({ destination, aws }: Pick<LocationSpec, 'destination' | 'aws'>): {
  readonly SubnetArn: string;
  readonly SecurityGroupArns: string[];
} {
  const environment = environmentOf(aws);
  return {
    SubnetArn: subnetArn(environment, destination.subnets[0] ?? ''),
    SecurityGroupArns: destination.securityGroups.map((id) => securityGroupArn(environment, id)),
  };
}

export function s3Location(
  { name, aws }: Pick<LocationSpec, 'name' | 'aws'>,
  { bucket, prefix, storageClass, accessRole }: S3Location,
): CreateLocationS3CommandInput {
  return {
    S3BucketArn: bucketArn(environmentOf(aws), bucket),
    Subdirectory: asDirectory(prefix),
    S3StorageClass: storageClass.toUpperCase().replaceAll('-', '_') as S3StorageClass,
    S3Config: { BucketAccessRoleArn: accessRole },
    Tags: tagsOf(name, aws.tags),
  };
}

export const s3Uri = ({ bucket, prefix }: Pick<S3Location, 'bucket' | 'prefix'>): string =>
  `s3://${bucket}${asDirectory(prefix)}`;

/** 'nfs://files.example.com/srv/data/', as ListLocations lists it. */
export function nfsUri({ source }: Pick<LocationSpec, 'source'>, below = ''): string {
  return `nfs://${source.server}${asDirectory(source.export, below)}`;
}

export function efsUri(
  { destination, aws }: Pick<LocationSpec, 'destination' | 'aws'>,
  fileSystem: string,
  below = '',
): string {
  return `efs://${aws.region}.${fileSystem}${asDirectory(destination.directory, below)}`;
}

/** Ends the path with a slash. DataSync usually does; whether always is undocumented. */
export function normalUri(uri: string): string {
  const [, head = '', path = ''] = /^([a-z0-9]+:\/\/[^/]*)(.*)$/.exec(uri) ?? [];
  return `${head}${asDirectory(path)}`;
}

/** Joins parts to an absolute path that ends with a slash: ('a', 'b') → '/a/b/', '/' → '/'. */
export function asDirectory(...parts: readonly string[]): string {
  const names = parts.join('/').split('/').filter(Boolean);
  return names.length === 0 ? '/' : `/${names.join('/')}/`;
}

/** Returns true when a location can begin at this path. Source: service model, NfsSubdirectory. */
export function canBeLocation(below: string): boolean {
  return /^[a-zA-Z0-9_\-+./() ]*$/.test(below);
}
