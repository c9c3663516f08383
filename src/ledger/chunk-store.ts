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
 *                            /assess/              directory summaries of the last fast scan
 *                            /chunks/<id>/lease.json
 *                                        /catalog                 folded by close()
 *                                        /round-<n>/              manifest, worklist, journals of a round
 *
 * A file is written whole (temp name, fsync, rename, fsync of the directory) or appended in lines
 * that carry their own checksum, so that a torn tail is recognised and cut.
 */
export interface ChunkStore {
  /** Absolute directory of the chunk; exists. */
  readonly directory: string;
  /** Absolute directory of this round inside it; exists. */
  readonly roundDirectory: string;
  readonly catalogPath: string;
}
