/** A spec by its engine: which kinds of trees it names, and how people see them. */
import { LonghaulError } from '../errors/failure.ts';
import type { AwsSettings, EfsDestination, NfsSource } from './aws-schema.ts';
import type { MigrationSpec, PosixDestination, PosixTree } from './schema.ts';

export type PosixSpec = MigrationSpec & {
  readonly engine: 'posix';
  readonly source: PosixTree;
  readonly destination: PosixDestination;
};

export type DataSyncSpec = MigrationSpec & {
  readonly engine: 'datasync';
  readonly source: NfsSource;
  readonly destination: EfsDestination;
  readonly aws: AwsSettings;
};

/** The part of a spec that locations and provisioning need: small, and without anything secret. */
export type LocationSpec = Pick<DataSyncSpec, 'name' | 'source' | 'destination' | 'aws'>;

export function isPosixSpec(spec: MigrationSpec): spec is PosixSpec {
  return (
    spec.engine === 'posix' && spec.source.kind === 'posix' && spec.destination.kind === 'posix'
  );
}

export function isDataSyncSpec(spec: MigrationSpec): spec is DataSyncSpec {
  return (
    spec.engine === 'datasync' &&
    spec.source.kind === 'nfs' &&
    spec.destination.kind === 'efs' &&
    spec.aws !== undefined
  );
}

/** Throws SPEC_INVALID; a spec that was checked at the door has passed this. */
export function posixSpec(spec: MigrationSpec): PosixSpec {
  if (isPosixSpec(spec)) return spec;
  throw new LonghaulError('SPEC_INVALID', `${spec.name} does not name two mounted trees`);
}

/** Throws SPEC_INVALID; a spec that was checked at the door has passed this. */
export function dataSyncSpec(spec: MigrationSpec): DataSyncSpec {
  if (isDataSyncSpec(spec)) return spec;
  throw new LonghaulError('SPEC_INVALID', `${spec.name} is no migration by DataSync`);
}

/** '/mnt/old', 'nfs://files.example.com/srv/data', 'efs://fs-0123/data'. */
export function treeName(tree: MigrationSpec['source'] | MigrationSpec['destination']): string {
  if (tree.kind === 'nfs') return `nfs://${tree.server}${tree.export}`;
  if (tree.kind === 'efs') return `efs://${tree.fileSystem ?? 'new'}${tree.directory}`;
  return tree.path;
}
