/**
 * A chunk's own corner of the state directory. All of longhaul's state is reached through
 * `StateDirectory` (state-directory.ts) and this; nothing else knows a file name in it.
 *
 *   <state>/identity.json                          which state directory this is
 *   <state>/migrations/<name>/migration.json       the spec as started, its trees' identities
 *                            /plan-<version>.json  the chunk plan
 *                            /controls.json        bandwidth, exclusions, exceptions in force
 *                            /link.json            what the circuit breaker knows
 *                            /ledger.jsonl         the hash-chained ledger
 *                            /ledger.head          number and hash of its last line
 *                            /assess/              directory summaries of the last fast scan
 *                            /chunks/<id>/lease.json
 *                                        /catalog                 folded by close()
 *                                        /events                  what happened to which entry, over the rounds
 *                                        /parts/                  how far large files are, a journal each
 *                                        /round-<n>/              manifest, worklist, journals of a round
 *
 * A file is written whole (temp name, fsync, rename, fsync of the directory) or appended in lines
 * that carry their own checksum, so that a torn tail is recognised and cut.
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

/** The rounds that still have a directory, oldest first. */
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
