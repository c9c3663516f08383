/** `migration.json`: written once, before the first byte moves; the spec in force and the trees it means. */
import type { TreeIdentity } from '../model/tree-identity.ts';
import { LonghaulError } from '../errors/failure.ts';
import type { MigrationSpec } from '../spec/schema.ts';
import { hasFields, isObject, isOptional, isText, type Check } from './shape.ts';

export interface MigrationRecord {
  readonly v: 1;
  /** Id of the state directory in which it was started. */
  readonly stateId: string;
  /** Defaults filled, units as numbers. */
  readonly spec: MigrationSpec;
  /** Set by the posix engine: nothing is copied or deleted while the trees differ from these. */
  readonly identities?: { readonly source: TreeIdentity; readonly destination: TreeIdentity };
  /** ISO 8601. */
  readonly startedAt: string;
  readonly startedBy: string;
}

const isVersion: Check<1> = (value): value is 1 => value === 1;
// The spec was validated before it was written.
const isSpec: Check<MigrationSpec> = (value): value is MigrationSpec =>
  isObject(value) && isText(value['name']);
const isIdentity: Check<TreeIdentity> = (value): value is TreeIdentity =>
  isObject(value) && isText(value['rootInode']) && isText(value['device']);

export const isMigrationRecord = hasFields<MigrationRecord>({
  v: isVersion,
  stateId: isText,
  spec: isSpec,
  identities: isOptional(hasFields({ source: isIdentity, destination: isIdentity })),
  startedAt: isText,
  startedBy: isText,
});

/** Throws NO_SUCH_MIGRATION when it was never started in this state directory. */
export function readRecord(store: {
  readonly name: string;
  readMigration(): MigrationRecord | undefined;
}): MigrationRecord {
  const record = store.readMigration();
  if (record !== undefined) return record;
  const message = `There is no migration "${store.name}" in this state directory`;
  throw new LonghaulError('NO_SUCH_MIGRATION', message);
}
