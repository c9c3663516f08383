/** The file system of the migration, and the spec as a location mounts it. Looked up once per process. */
import { DescribeFileSystemsCommand, type EFSClient } from '@aws-sdk/client-efs';
import { awsAnswer } from '../../../aws/failures.ts';
import { fileSystemToken } from '../../../aws/names.ts';
import { withCreatedAccessPoint } from '../../../aws/provision/access-point.ts';
import { LonghaulError } from '../../../errors/failure.ts';
import type { DataSyncSpec } from '../../../spec/kinds.ts';
import type { DataSyncEngineOptions } from './options.ts';

export interface ResolvedDestination {
  readonly fileSystem: string;
  /** Names the access point that provisioning created, if it created one. */
  readonly spec: DataSyncSpec;
}

export class EfsDestination {
  private readonly options: Pick<DataSyncEngineOptions, 'spec' | 'clients'>;
  private resolved: ResolvedDestination | undefined;

  constructor(options: Pick<DataSyncEngineOptions, 'spec' | 'clients'>) {
    this.options = options;
  }

  /** Throws AWS_REFUSED while the file system does not exist. */
  async resolve(): Promise<ResolvedDestination> {
    return (this.resolved ??= await this.lookUp());
  }

  private async lookUp(): Promise<ResolvedDestination> {
    const { spec, clients } = this.options;
    const fileSystem =
      spec.destination.fileSystem ?? (await findFileSystem(clients.efs, spec.name));
    try {
      return { fileSystem, spec: await withCreatedAccessPoint(clients.efs, spec, fileSystem) };
    } catch (error) {
      throw awsAnswer('DescribeAccessPoints', error);
    }
  }
}

async function findFileSystem(efs: EFSClient, migration: string): Promise<string> {
  try {
    const { FileSystems } = await efs.send(
      new DescribeFileSystemsCommand({ CreationToken: fileSystemToken(migration) }),
    );
    const id = FileSystems?.[0]?.FileSystemId;
    if (id !== undefined) return id;
  } catch (error) {
    throw awsAnswer('DescribeFileSystems', error);
  }
  throw new LonghaulError('AWS_REFUSED', `The file system of ${migration} does not exist yet`, {
    hint: 'Create it: longhaul provision SPEC --apply. Then: longhaul retry NAME.',
  });
}
