/** The first thing `longhaul start` does: what every worker has to know, before the workflow begins. */
import type { MigrationFile } from '../activities/deps.ts';
import { treeIdentity } from '../engines/posix/identity.ts';
import { LonghaulError } from '../errors.ts';
import { canonicalJson } from '../ledger/ledger-line.ts';
import type { StateDirectory } from '../ledger/state-directory.ts';
import type { MigrationSpec } from '../spec/schema.ts';

/**
 * Writes migration.json with the identities of both trees. A migration that is there with the same
 * spec is left as it is. Throws SPEC_CHANGED when it is there with another one, SOURCE_MISSING,
 * DESTINATION_MISSING.
 */
export function registerMigration(state: StateDirectory, spec: MigrationSpec): MigrationFile {
  const store = state.migration(spec.name);
  const known = store.readMigration<MigrationFile>();
  if (known !== undefined) {
    if (canonicalJson(known.spec) === canonicalJson(spec)) return known;
    throw new LonghaulError('SPEC_CHANGED', `${spec.name} was started with another spec`);
  }
  const { source, destination } = spec;
  const file: MigrationFile = {
    v: 1,
    stateId: state.id,
    spec,
    identities: {
      source: treeIdentity(source.path, source.marker),
      destination: treeIdentity(destination.path, destination.marker, 'DESTINATION_MISSING'),
    },
  };
  store.writeMigration(file);
  return file;
}
