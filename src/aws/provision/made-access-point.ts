/** A spec as it is once provisioning has made an access point for its directory: the access point is the directory. */
import type { EFSClient } from '@aws-sdk/client-efs';
import type { DataSyncSpec } from '../../spec/kinds.ts';
import { toDesired } from './desired.ts';
import { accessPoint } from './look-efs.ts';

export async function throughMadeAccessPoint(
  efs: EFSClient,
  spec: DataSyncSpec,
  fileSystem: string,
): Promise<DataSyncSpec> {
  if (!toDesired(spec).makeAccessPoint) return spec;
  const made = await accessPoint(efs, spec, fileSystem);
  if (made === undefined) return spec;
  return { ...spec, destination: { ...spec.destination, accessPoint: made.id, directory: '/' } };
}
