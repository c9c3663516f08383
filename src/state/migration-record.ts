/** What `start` writes down before the first byte moves: the spec in force and which trees it means. */
import type { TreeIdentity } from '../model/tree-identity.ts';
import { LonghaulError } from '../errors/failure.ts';
import type { MigrationSpec } from '../spec/schema.ts';
import type { MigrationStore } from './state-directory.ts';

export interface MigrationRecord {
  readonly v: 1;
  /** Of the state directory it was started in. */
  readonly stateId: string;
  /** Defaults filled, units as numbers. */
  readonly spec: MigrationSpec;
  /** Nothing is copied or deleted while the trees are others than these. Of the posix engine. */
  readonly identities?: { readonly source: TreeIdentity; readonly destination: TreeIdentity };
  /** ISO 8601. */
  readonly startedAt: string;
  readonly startedBy: string;
}

/** Throws NO_SUCH_MIGRATION when it was never started in this state directory. */
export function readRecord(store: Pick<MigrationStore, 'name' | 'readMigration'>): MigrationRecord {
  const record = store.readMigration<MigrationRecord>();
  if (record === undefined) {
    throw new LonghaulError(
      'NO_SUCH_MIGRATION',
      `There is no migration "${store.name}" in this state directory`,
    );
  }
  return record;
}
