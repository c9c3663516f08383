/**
 * The access point that provisioning creates for a directory of a new file system. Mounting through it
 * creates the directory; its root is the directory.
 */
import type { EFSClient } from '@aws-sdk/client-efs';
import type { LocationSpec } from '../../spec/kinds.ts';
import { findAccessPoint } from './describe-file-system.ts';
import { needsAccessPoint } from './desired.ts';

/** Looks the access point up, and returns the spec as it mounts through it. */
export async function withCreatedAccessPoint<T extends LocationSpec>(
  efs: EFSClient,
  spec: T,
  fileSystem: string,
): Promise<T> {
  if (!needsAccessPoint(spec)) return spec;
  const created = await findAccessPoint(efs, spec, fileSystem);
  return withAccessPoint(spec, created?.id);
}

/** `id`: of the created access point; undefined: none was created. */
export function withAccessPoint<T extends LocationSpec>(spec: T, id: string | undefined): T {
  if (id === undefined || !needsAccessPoint(spec)) return spec;
  return { ...spec, destination: { ...spec.destination, accessPoint: id, directory: '/' } };
}
