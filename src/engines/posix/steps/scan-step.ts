/** The scan step of a chunk: lists the source into the manifest, then makes the worklist from it. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fixBase } from '../../../catalog/base-catalog.ts';
import { fromPrintable } from '../../../paths.ts';
import type { StepResult } from '../../../model/round.ts';
import type { ThreadPool } from '../pool/pool.ts';
import { isDeleteRefused } from '../round/delete-record.ts';
import { copyJournalPath } from '../round/files.ts';
import { readScanSummary } from '../round/scan-summary.ts';
import { buildWorklist } from '../round/build-worklist.ts';
import { scanChunk, type ScanOptions } from './scan.ts';
import { progressReporter, type StepInput } from './step.ts';

export type ScanStepOptions = Pick<ScanOptions, 'excludes' | 'specialFiles' | 'expected'>;

/** Throws what `scanChunk` throws. Leaves `manifest` and `worklist` in the round's directory. */
export async function scanStep(
  input: StepInput,
  options: ScanStepOptions,
  pool: ThreadPool,
): Promise<StepResult> {
  const startedAt = Date.now();
  const { chunk, exceptions, lease, store, signal } = input;
  const { roundDirectory } = store;
  lease.check();
  const catalogPath = fixBase(store);
  const onProgress = progressReporter('scan', input.onProgress, {});
  const scanned = await scanChunk({ ...options, pool, chunk, roundDirectory, signal, onProgress });
  lease.check();
  const { mountPoints, ...work } = await buildWorklist({
    catalogPath,
    roundDirectory,
    exceptions,
    without: chunk.without,
    setAside: scanned.setAside,
  });
  const { open, directories, entries, bytes, incomplete, listed, resumed } = scanned;
  const counted = { directories, entries, bytes, incomplete, listed, resumed };
  return {
    step: 'scan',
    counters: { ...counted, mountPoints: mountPoints.length, ...work },
    blocked: open.filter(({ path }) => !exceptions.has(fromPrintable(path))).length,
    open,
    elapsedMs: Date.now() - startedAt,
  };
}

/**
 * Returns true when the round must list its source again: its delete-pass was refused, or its scan left
 * directories unread and the copy has begun without them. In both cases the cause may be fixed by now.
 */
export function mustScanAgain(roundDirectory: string): boolean {
  if (isDeleteRefused(roundDirectory)) return true;
  if (!existsSync(copyJournalPath(roundDirectory))) return false;
  return (readScanSummary(roundDirectory)?.counters.incomplete ?? 0) > 0;
}

/** Empties the round's directory. Close the round first: what it did is lost otherwise. */
export function forgetRound(roundDirectory: string): void {
  for (const name of readdirSync(roundDirectory)) {
    rmSync(join(roundDirectory, name), { recursive: true });
  }
}
