/** The entries in the catalog with which a round began. */
import { openBase } from '../../../catalog/base-catalog.ts';
import type { Entry } from '../../../model/entry.ts';
import { joinRaw, type RawPath } from '../../../paths.ts';
import type { ChunkStore } from '../../../state/chunk-store.ts';

export function knownEntries(store: ChunkStore): Map<RawPath, Entry> {
  const known = new Map<RawPath, Entry>();
  const base = openBase(store);
  if (base === undefined) return known;
  try {
    for (const { path, entries } of base.directories())
      for (const entry of entries) known.set(joinRaw(path, entry.name), entry);
  } finally {
    base.close();
  }
  return known;
}
