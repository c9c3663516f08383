/** What lies in the trash of a migration, and until when. */
import { posixSpec } from '../../spec/kinds.ts';
import { readRecord } from '../../state/migration-record.ts';
import type { MigrationStore } from '../../state/state-directory.ts';
import type { Trash, TrashPlace } from '../../engines/posix/standalone/trash.ts';

export interface KnownTrash extends TrashPlace {
  readonly keepForMs: number;
}

/** Undefined when its spec has none. */
export function trashOf(store: MigrationStore): KnownTrash | undefined {
  const { spec, identities } = readRecord(store);
  if (spec.deletes.trash === undefined) return undefined;
  return {
    migration: store.name,
    destination: posixSpec(spec).destination,
    identity: identities?.destination,
    keepForMs: spec.deletes.trash.keepFor,
  };
}

/** A line for each round that has something in it. */
export function trashText({ path, rounds }: Trash, keepForMs: number): readonly string[] {
  return rounds.map(({ round, movedMs }) => {
    const until = new Date(movedMs + keepForMs).toISOString().slice(0, 16).replace('T', ' ');
    return `${path}/${round}  kept until ${until} UTC`;
  });
}
