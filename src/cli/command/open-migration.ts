/** The state of a migration, for commands that read it without a server. */
import type { MigrationStore } from '../../state/state-directory.ts';
import { usage } from './exit.ts';
import type { StateOption } from './options.ts';
import { withSuggestion } from './suggest.ts';

/** Throws USAGE when nothing names a state directory, NO_SUCH_MIGRATION when it has no such migration. */
export async function openMigration(name: string, { state }: StateOption): Promise<MigrationStore> {
  const { findStateDirectory, knownMigrations } = await import('../../client/pointer.ts');
  const { openStateDirectory } = await import('../../state/state-directory.ts');
  const { readRecord } = await import('../../state/migration-record.ts');
  const path = findStateDirectory({ state, name });
  if (path === undefined) {
    const unknown = usage(
      `Which state directory has "${name}"? Nobody started it from this account`,
      'Name it with --state DIRECTORY or LONGHAUL_STATE.',
    );
    throw withSuggestion(unknown, name, knownMigrations());
  }
  const store = openStateDirectory(path).migration(name);
  readRecord(store);
  return store;
}
