/** Access to a migration's state directory, for commands that need no server. */
import type { MigrationStore } from '../../state/migration-store.ts';
import { usage } from './exit.ts';
import type { StateOption } from './options.ts';
import { withSuggestion } from './with-suggestion.ts';

/** Throws USAGE when no state directory is known, NO_SUCH_MIGRATION when it does not have the migration. */
export async function openMigration(name: string, { state }: StateOption): Promise<MigrationStore> {
  const { findStateDirectory, knownMigrations } = await import('../../client/pointer.ts');
  const { openStateDirectory } = await import('../../state/state-directory.ts');
  const { readRecord } = await import('../../state/migration-record.ts');
  const path = findStateDirectory({ state, name });
  if (path === undefined) {
    const unknown = usage(
      `The state directory of "${name}" is not known: it was not started from this account`,
      'Name it with --state DIRECTORY or LONGHAUL_STATE.',
    );
    throw withSuggestion(unknown, name, knownMigrations());
  }
  const store = openStateDirectory(path).migration(name);
  readRecord(store);
  return store;
}
