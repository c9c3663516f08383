/**
 * The files in a round's directory of this engine. `state/chunk-store.ts` says where that directory is;
 * `catalog/base-catalog.ts` keeps the catalog of the previous round in it.
 */
import { join } from 'node:path';

/** Every entry of the chunk at the source, as a catalog; published when the scan is complete. */
export const manifestPath = (roundDirectory: string): string => join(roundDirectory, 'manifest');

/** Entries that the round has to handle, as a catalog; see worklist.ts. */
export const worklistPath = (roundDirectory: string): string => join(roundDirectory, 'worklist');

/** Directories listed so far by a scan that has not finished; see scan-shard.ts. */
export const scanShardPath = (roundDirectory: string): string => join(roundDirectory, 'scan.shard');

/** Rules and counters of the finished scan; see scan-summary.ts. */
export const scanSummaryPath = (roundDirectory: string): string =>
  join(roundDirectory, 'scan.json');

/** Outcome of each copied entry; see outcome-journal.ts. */
export const copyJournalPath = (roundDirectory: string): string =>
  join(roundDirectory, 'copy.journal');

/** Outcome of each verified entry; see outcome-journal.ts. */
export const verifyJournalPath = (roundDirectory: string): string =>
  join(roundDirectory, 'verify.journal');

/** Written before the first delete of the delete-pass; see delete-record.ts. */
export const deleteIntentPath = (roundDirectory: string): string =>
  join(roundDirectory, 'delete-begun.json');

/** Written when the delete-pass has finished; see delete-record.ts. */
export const deleteRecordPath = (roundDirectory: string): string =>
  join(roundDirectory, 'delete.json');

/** Written when the delete-pass was refused; see delete-record.ts. */
export const deleteRefusalPath = (roundDirectory: string): string =>
  join(roundDirectory, 'delete-refused.json');
