/** A spec as it is once provisioning has made an access point for its directory: the access point is the directory. */
import type { EFSClient } from '@aws-sdk/client-efs';
import type { LocationSpec } from '../../spec/kinds.ts';
import { makesAccessPoint } from './desired.ts';
import { accessPoint } from './look-efs.ts';

export async function throughMadeAccessPoint<T extends LocationSpec>(
  efs: EFSClient,
  spec: T,
  fileSystem: string,
): Promise<T> {
  if (!makesAccessPoint(spec)) return spec;
  const made = await accessPoint(efs, spec, fileSystem);
  return through(spec, made?.id);
}

/** `accessPoint`: the id of the one that was made; undefined: none was. */
export function through<T extends LocationSpec>(spec: T, accessPoint: string | undefined): T {
  if (accessPoint === undefined || !makesAccessPoint(spec)) return spec;
  return { ...spec, destination: { ...spec.destination, accessPoint, directory: '/' } };
}
