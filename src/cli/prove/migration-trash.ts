/** The trash of a migration, as its recorded spec defines it. */
import { posixSpec } from '../../spec/kinds.ts';
import { readRecord } from '../../state/migration-record.ts';
import type { MigrationStore } from '../../state/migration-store.ts';
import type { TrashPlace } from '../../engines/posix/standalone/trash.ts';

export interface MigrationTrash extends TrashPlace {
  readonly keepForMs: number;
}

/** Returns undefined when the spec has no trash. */
export function migrationTrash(store: MigrationStore): MigrationTrash | undefined {
  const { spec, identities } = readRecord(store);
  if (spec.deletes.trash === undefined) return undefined;
  return {
    migration: store.name,
    destination: posixSpec(spec).destination,
    identity: identities?.destination,
    keepForMs: spec.deletes.trash.keepFor,
  };
}
