/**
 * The verify step: reads the reports of the round entry by entry, repairs files that differ, and lists
 * what is still not right with its class.
 */
import { printable } from '../../../paths.ts';
import type { OpenEntry, StepResult } from '../../../model/round.ts';
import type { StepJob } from '../../engine.ts';
import type { FoldedEntry } from '../evidence/fold-entry.ts';
import { foldRound } from '../evidence/fold.ts';
import { partsOf } from '../service/chunk-record.ts';
import { giveUp } from '../service/execution-journal.ts';
import type { EngineContext } from './context.ts';
import { readReports } from './read-reports.ts';
import { mismatchedFiles, repair } from './repair.ts';

/** Repairs in one try of a chunk. */
const REPAIRS = [{ id: '1' }, { id: '2' }] as const;
const MAX_SAMPLES = 20;

export async function verify(context: EngineContext, job: StepJob): Promise<StepResult> {
  const startedAt = context.options.time.now();
  job.lease.check();
  await readReports(context, job);
  const mismatched = mismatchedFiles(job).length;
  for (const { id } of REPAIRS) await repair(context, job, id);
  const all = [...foldRound(job).entries.values()];
  const withReason = all.filter(({ reason }) => reason !== undefined);
  const blocked = withReason.filter(({ status }) => status === 'blocked');
  const drifted = withReason.filter(({ status }) => status === 'drifted');
  if (blocked.length > 0) startOver(job);
  return {
    step: 'verify',
    counters: { ...countersOf(all), mismatched },
    blocked: blocked.length,
    open: [...blocked, ...drifted].slice(0, MAX_SAMPLES).map(toOpen),
    elapsedMs: context.options.time.now() - startedAt,
  };
}

/** Makes the next try copy and repair again. */
function startOver({ store, chunk }: StepJob): void {
  giveUp(store, 'copy', partsOf(store, chunk));
  giveUp(store, 'repair', REPAIRS);
}

function countersOf(all: readonly FoldedEntry[]): Record<string, number> {
  const count = (test: (entry: FoldedEntry) => boolean): number => all.filter(test).length;
  const repaired = count(({ evidence }) => evidence?.repaired === true);
  const corrupt = count(({ reason }) => reason?.class === 'corruption');
  return {
    verified: count(({ evidence }) => evidence?.what === 'verified'),
    corrupt: corrupt + repaired,
    repaired,
    drifted: count(({ status }) => status === 'drifted'),
    vanished: count(({ reason }) => reason?.class === 'vanished'),
    locked: count(({ reason }) => reason?.class === 'locked'),
    unreadable: count(({ reason }) => reason?.class === 'unreadable'),
    blocked: count(({ status, reason }) => status === 'blocked' && reason !== undefined),
  };
}

function toOpen({ path, reason }: FoldedEntry): OpenEntry {
  const { code, text } = reason!;
  return { path: printable(path), code, message: `DataSync says: ${text}` };
}
