/**
 * The catalog a round begins with, kept in the round's directory until the next one, so that every
 * step of the round sees the same and close() can fold again and again with the same answer.
 */
import { existsSync, linkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { syncDirectory } from '../state/directory.ts';
import { CatalogReader } from './reader.ts';
import type { ChunkStore } from '../state/chunk-store.ts';

const basePath = ({ roundDirectory }: ChunkStore): string => join(roundDirectory, 'base');
const nonePath = ({ roundDirectory }: ChunkStore): string => join(roundDirectory, 'base.none');

/** Fixes the base at the start of a round's scan. The returned path does not exist if there is no catalog yet. */
export function fixBase(store: ChunkStore): string {
  if (existsSync(basePath(store)) || existsSync(nonePath(store))) return basePath(store);
  // A catalog is replaced by rename, never written to, so a second name for it is a copy.
  if (existsSync(store.catalogPath)) linkSync(store.catalogPath, basePath(store));
  else writeFileSync(nonePath(store), '');
  syncDirectory(store.roundDirectory);
  return basePath(store);
}

export function openBase(store: ChunkStore): CatalogReader | undefined {
  return existsSync(basePath(store)) ? new CatalogReader(basePath(store)) : undefined;
}
