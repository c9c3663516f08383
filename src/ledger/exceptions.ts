/** Lists entries that are not migrated: accepted exceptions, and special files that the spec leaves out. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { joinRaw, printable } from '../paths.ts';
import { allDirectories } from '../catalog/all-catalogs.ts';
import { foldLedger, readLedger } from './ledger.ts';
import type { MigrationStore } from '../state/migration-store.ts';

export interface ExceptedEntry {
  /** Printable form. */
  readonly path: string;
  /** Undefined for a special file, which is left out unless the spec says `copy`. */
  readonly by?: string;
  readonly because: string;
  readonly at?: string;
}

/** Yields accepted exceptions in order of acceptance, then the special files by path. */
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
