/**
 * A chunk's directory in the state directory, and the layout of the whole state. All access goes through
 * `StateDirectory` (state-directory.ts) and this file; no other code knows a file name in it.
 *
 *   <state>/identity.json                          which state directory this is
 *   <state>/migrations/<name>/migration.json       the spec as started, its trees' identities
 *                            /plan-<version>.json  the chunk plan
 *                            /controls.json        bandwidth, exclusions, exceptions in force
 *                            /link.json            state of the circuit breakers
 *                            /ledger.jsonl         the hash-chained ledger
 *                            /ledger.head          number and hash of its last line
 *                            /assess/              directory summaries of the last fast scan
 *                            /chunks/<id>/lease.json
 *                                        /catalog                 state of every entry after the last closed round
 *                                        /events                  events of the entries, over the rounds
 *                                        /parts/                  journals of large files, one per file
 *                                        /round-<n>/              manifest, worklist, journals of a round
 *
 * A file is replaced as a whole (temporary name, fsync, rename, fsync of the directory), or appended in
 * records with checksums, so that an incomplete record at the end is detected and cut.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn } from './directory.ts';

export interface ChunkStore {
  /** Absolute directory of the chunk; exists. */
  readonly directory: string;
  /** Absolute directory of this round inside it; exists. */
  readonly roundDirectory: string;
  readonly catalogPath: string;
}

/** Returns the numbers of the rounds that still have a directory, oldest first. */
export function roundsKept(store: Pick<ChunkStore, 'directory'>): readonly number[] {
  return namesIn(store.directory)
    .map((name) => /^round-(\d+)$/.exec(name)?.[1])
    .filter((number) => number !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

/**
 * Removes the manifests and journals of the rounds before `round`: close() has folded them into the
 * catalog and the events. Called by close() when its catalog is durable; may be called again.
 */
export function removeRoundsBefore(store: Pick<ChunkStore, 'directory'>, round: number): void {
  for (const number of roundsKept(store)) {
    if (number >= round) continue;
    rmSync(join(store.directory, `round-${number}`), { recursive: true, force: true });
  }
}
