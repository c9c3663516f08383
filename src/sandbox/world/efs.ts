/** State of the simulated EFS. */
import { hexId } from './random.ts';
import { ServiceError } from '../wire/service-error.ts';
import type { World } from './datasync.ts';

export type Fields = Record<string, unknown>;

export interface FileSystem {
  readonly id: string;
  readonly token: string;
  readonly createdAt: number;
  fields: Fields;
  throughputChangedAt: number | undefined;
  policy: string | undefined;
  backup: 'ENABLED' | 'DISABLED';
  lifecycle: unknown[];
  tags: { Key: string; Value: string }[];
  state: 'creating' | 'available' | 'updating' | 'deleting';
}

export interface MountTarget {
  readonly id: string;
  readonly fileSystemId: string;
  readonly subnetId: string;
  readonly ip: string;
  securityGroups: string[];
  state: 'creating' | 'available';
}

export interface AccessPoint {
  readonly id: string;
  readonly token: string;
  readonly fileSystemId: string;
  readonly fields: Fields;
  tags: { Key: string; Value: string }[];
}

export interface EfsWorld {
  readonly world: World;
  readonly fileSystems: Map<string, FileSystem>;
  readonly mountTargets: Map<string, MountTarget>;
  readonly accessPoints: Map<string, AccessPoint>;
}

/** Creates an error in the format of EFS: `{ ErrorCode, Message }`. */
export function efsError(
  code: string,
  status: number,
  message: string,
  more: Record<string, string> = {},
): ServiceError {
  return new ServiceError(code, status, message, { ErrorCode: code, Message: message, ...more });
}

export function efsId(efs: EfsWorld, prefix: string): string {
  return `${prefix}-${hexId(efs.world.random, 17)}`;
}

export function efsArn({ world }: EfsWorld, kind: string, id: string): string {
  return `arn:aws:elasticfilesystem:${world.region}:${world.account}:${kind}/${id}`;
}

/** Accepts an id or an ARN. */
export function fileSystemOf(efs: EfsWorld, idOrArn: unknown): FileSystem {
  const id = String(idOrArn).split('/').at(-1) ?? '';
  const found = efs.fileSystems.get(id);
  if (!found) throw efsError('FileSystemNotFound', 404, `File system '${id}' does not exist.`);
  return found;
}
