/** Mount targets and access points. */
import { mkdirSync } from 'node:fs';
import { placeOf, VPC } from '../account/network.ts';
import {
  efsArn,
  efsError,
  efsId,
  fileSystemOf,
  type AccessPoint,
  type EfsWorld,
  type Fields,
  type MountTarget,
} from '../world/efs.ts';

const BECOMES_AVAILABLE_AFTER_MS = 90_000;

export function createMountTarget(efs: EfsWorld, request: Fields): Fields {
  const fs = fileSystemOf(efs, request['FileSystemId']);
  if (fs.state !== 'available') {
    throw efsError(
      'IncorrectFileSystemLifeCycleState',
      409,
      `File system '${fs.id}' is ${fs.state}.`,
    );
  }
  const subnetId = request['SubnetId'] as string;
  const taken = [...efs.mountTargets.values()].find(
    (t) => t.fileSystemId === fs.id && t.subnetId === subnetId,
  );
  if (taken) throw efsError('MountTargetConflict', 409, 'mount target already exists in this AZ');
  const target: MountTarget = {
    id: efsId(efs, 'fsmt'),
    fileSystemId: fs.id,
    subnetId,
    ip:
      (request['IpAddress'] as string | undefined) ??
      placeOf(efs.world, subnetId).address(10 + efs.mountTargets.size),
    securityGroups: (request['SecurityGroups'] as string[] | undefined) ?? ['sg-00000000000000000'],
    state: 'creating',
  };
  efs.mountTargets.set(target.id, target);
  efs.world.clock.after(BECOMES_AVAILABLE_AFTER_MS, () => {
    target.state = 'available';
  });
  return describe(efs, target);
}

function describe(efs: EfsWorld, target: MountTarget): Fields {
  const { zone, zoneId } = placeOf(efs.world, target.subnetId);
  return {
    OwnerId: efs.world.account,
    MountTargetId: target.id,
    FileSystemId: target.fileSystemId,
    SubnetId: target.subnetId,
    LifeCycleState: target.state,
    IpAddress: target.ip,
    NetworkInterfaceId: target.id.replace('fsmt', 'eni'),
    AvailabilityZoneId: zoneId,
    AvailabilityZoneName: zone,
    VpcId: VPC,
  };
}

function targetOf(efs: EfsWorld, id: unknown): MountTarget {
  const target = efs.mountTargets.get(String(id));
  if (!target)
    throw efsError('MountTargetNotFound', 404, `Mount target '${String(id)}' does not exist.`);
  return target;
}

export function describeMountTargets(efs: EfsWorld, request: Fields): Fields {
  const { MountTargetId, FileSystemId } = request;
  if (MountTargetId !== undefined)
    return { MountTargets: [describe(efs, targetOf(efs, MountTargetId))] };
  const fs = fileSystemOf(efs, FileSystemId);
  const found = [...efs.mountTargets.values()].filter((t) => t.fileSystemId === fs.id);
  return { MountTargets: found.map((target) => describe(efs, target)) };
}

export function deleteMountTarget(efs: EfsWorld, { MountTargetId }: Fields): Fields {
  efs.mountTargets.delete(targetOf(efs, MountTargetId).id);
  return {};
}

export function describeSecurityGroups(efs: EfsWorld, { MountTargetId }: Fields): Fields {
  return { SecurityGroups: targetOf(efs, MountTargetId).securityGroups };
}

export function modifySecurityGroups(
  efs: EfsWorld,
  { MountTargetId, SecurityGroups }: Fields,
): Fields {
  targetOf(efs, MountTargetId).securityGroups = (SecurityGroups as string[] | undefined) ?? [];
  return {};
}

export function createAccessPoint(efs: EfsWorld, request: Fields): Fields {
  const { ClientToken, FileSystemId, Tags, ...fields } = request;
  const twin = [...efs.accessPoints.values()].find((a) => a.token === ClientToken);
  if (twin) {
    throw efsError('AccessPointAlreadyExists', 409, `Access point '${twin.id}' already exists.`, {
      AccessPointId: twin.id,
    });
  }
  const point: AccessPoint = {
    id: efsId(efs, 'fsap'),
    token: ClientToken as string,
    fileSystemId: fileSystemOf(efs, FileSystemId).id,
    fields,
    tags: (Tags as AccessPoint['tags'] | undefined) ?? [],
  };
  efs.accessPoints.set(point.id, point);
  return describePoint(efs, point);
}

function describePoint(efs: EfsWorld, point: AccessPoint): Fields {
  return {
    ClientToken: point.token,
    AccessPointId: point.id,
    AccessPointArn: efsArn(efs, 'access-point', point.id),
    FileSystemId: point.fileSystemId,
    OwnerId: efs.world.account,
    LifeCycleState: 'available',
    Tags: point.tags,
    Name: point.tags.find((tag) => tag.Key === 'Name')?.Value,
    RootDirectory: { Path: '/' },
    ...point.fields,
  };
}

interface RootDirectory {
  readonly Path?: string;
  readonly CreationInfo?: object;
}

/** Returns the root of mounts through an access point; with CreationInfo the first mount creates it. */
export function rootOfAccessPoint(efs: EfsWorld, arn: string): string {
  const point = efs.accessPoints.get(arn.split('/').at(-1) ?? '');
  const { Path = '/', CreationInfo } = (point?.fields['RootDirectory'] ?? {}) as RootDirectory;
  if (point !== undefined && CreationInfo !== undefined) {
    mkdirSync(efs.world.places.efs(point.fileSystemId, Path), { recursive: true });
  }
  return Path;
}

export function describeAccessPoints(
  efs: EfsWorld,
  { AccessPointId, FileSystemId }: { AccessPointId?: string; FileSystemId?: string },
): Fields {
  const found = [...efs.accessPoints.values()].filter(
    (a) =>
      (AccessPointId === undefined || a.id === AccessPointId.split('/').at(-1)) &&
      (FileSystemId === undefined || a.fileSystemId === FileSystemId),
  );
  if (AccessPointId !== undefined && found.length === 0) {
    throw efsError('AccessPointNotFound', 404, `Access point '${AccessPointId}' does not exist.`);
  }
  return { AccessPoints: found.map((point) => describePoint(efs, point)) };
}

export function deleteAccessPoint(efs: EfsWorld, { AccessPointId }: Fields): Fields {
  if (!efs.accessPoints.delete(String(AccessPointId))) {
    throw efsError(
      'AccessPointNotFound',
      404,
      `Access point '${String(AccessPointId)}' does not exist.`,
    );
  }
  return {};
}
