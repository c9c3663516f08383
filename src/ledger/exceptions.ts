/** Entries that will not be migrated: those that a person accepted, and those that a rule of the spec names. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { joinRaw, printable } from '../paths.ts';
import { allDirectories } from '../catalog/all-catalogs.ts';
import { foldLedger, readLedger } from './ledger.ts';
import type { MigrationStore } from '../state/migration-store.ts';

export interface ExceptedEntry {
  /** Printable. */
  readonly path: string;
  /** Undefined for a rule: special files are left out unless the spec says copy. */
  readonly by?: string;
  readonly because: string;
  readonly at?: string;
}

/** The accepted ones in the order they were accepted, then the others by path. */
export function* exceptionsOf(store: MigrationStore): Generator<ExceptedEntry, void> {
  const accepted = new Set<string>();
  const lines = existsSync(store.ledgerPath) ? readLedger(store.ledgerPath) : [];
  for (const line of foldLedger(lines).values()) {
    if (line.kind !== 'exception accepted') continue;
    accepted.add(line.path);
    const because = line.because ?? 'no reason given';
    yield {
      path: line.path,
      because,
      at: line.at,
      ...(line.by === undefined ? {} : { by: line.by }),
    };
  }
  const catalogs = store
    .chunkIds()
    .map((id) => join(store.chunkDirectory(id), 'catalog'))
    .filter((path) => existsSync(path));
  for (const directory of allDirectories(catalogs)) {
    for (const { name, status } of directory.entries) {
      const path = printable(joinRaw(directory.path, name));
      if (status !== 'excepted' || accepted.has(path)) continue;
      yield { path, because: 'a special file, which the spec leaves out' };
    }
  }
}
