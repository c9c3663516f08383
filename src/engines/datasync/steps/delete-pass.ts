/**
 * The delete-pass: entries that the round's complete list of the source lacks are checked against the caps.
 * Only then an execution removes them; it is cancelled when it announces more deletes than that.
 */
import { LonghaulError, toFailure } from '../../../errors/failure.ts';
import { type Code } from '../../../errors/codes.ts';
import { parentOf, printable, type RawPath } from '../../../paths.ts';
import { isInScope } from '../../../policy/datasync/scope.ts';
import { decideDeletes } from '../../../policy/rounds/deletes.ts';
import type { StepJob } from '../../engine.ts';
import type { StepResult } from '../../../model/round.ts';
import { foldRound, type FoldedRound } from '../evidence/fold.ts';
import { partsOf } from '../service/chunk-record.ts';
import { giveUp } from '../service/execution-journal.ts';
import type { EngineContext } from './context.ts';
import { readReports } from './read-reports.ts';
import { hasBegun, removeFrom } from './removal.ts';

export async function deletePass(context: EngineContext, job: StepJob): Promise<StepResult> {
  const startedAt = context.options.time.now();
  job.lease.check();
  const round = foldRound(job);
  const candidates = candidatesOf(round);
  try {
    await removeGone(context, job, round, candidates);
  } catch (error) {
    if (REFUSALS.has(toFailure(error).code)) startOver(job);
    throw error;
  }
  const after = foldRound(job);
  const deleted = [...after.entries.values()]
    .filter(({ status }) => status === 'deleted')
    .map(({ path }) => path);
  return {
    step: 'delete-pass',
    counters: {
      candidates: candidates.length,
      deleted: topmost(deleted).length,
      awaiting: candidatesOf(after).length,
    },
    blocked: 0,
    open: [],
    elapsedMs: context.options.time.now() - startedAt,
  };
}

const REFUSALS: ReadonlySet<Code> = new Set(['DELETE_REFUSED', 'SOURCE_CHANGED_IDENTITY']);

/** Makes the next try list the source again, and check the caps again. */
function startOver({ store, chunk }: StepJob): void {
  const parts = partsOf(store, chunk);
  giveUp(store, 'copy', parts);
  giveUp(store, 'remove', parts);
}

async function removeGone(
  context: EngineContext,
  job: StepJob,
  round: FoldedRound,
  candidates: readonly RawPath[],
): Promise<void> {
  const parts = partsOf(job.store, job.chunk);
  const begun = parts.some(({ id }) => hasBegun(job, id));
  if (!begun && !isAllowed(job, round, candidates)) return;
  for (const part of parts) await removeFrom(context, job, part, candidates);
  await readReports(context, job);
}

const candidatesOf = ({ entries }: FoldedRound): readonly RawPath[] =>
  [...entries.values()]
    .filter(({ status }) => status === 'awaiting delete')
    .map(({ path }) => path);

/** Leaves out entries below a deleted directory, which stands for its content. */
function topmost(paths: readonly RawPath[]): readonly RawPath[] {
  const all = new Set(paths);
  return paths.filter((path) => !all.has(parentOf(path)));
}

/** Throws DELETE_REFUSED or SOURCE_CHANGED_IDENTITY. */
function isAllowed(job: StepJob, round: FoldedRound, candidates: readonly RawPath[]): boolean {
  const { deletes } = job.spec;
  const doubt = sourceInDoubt(job, round);
  const [first] = candidates;
  const { action, code, because } = decideDeletes(
    {
      roundDeletes: job.round.deletes,
      candidates: candidates.length,
      entries: round.entries.size,
      leaseHeld: true,
      ...(first === undefined ? {} : { first: printable(first) }),
      ...(doubt === undefined ? {} : { sourceInDoubt: doubt }),
    },
    deletes,
  );
  if (action === 'refuse') throw new LonghaulError(code ?? 'DELETE_REFUSED', because);
  return action === 'delete';
}

/** Returns why the source may be empty or another one; undefined when nothing speaks for that. */
function sourceInDoubt(
  { spec, chunk, exceptions }: StepJob,
  { entries, complete }: FoldedRound,
): string | undefined {
  if (!complete) return 'this round has no complete list of it';
  const present = [...entries.values()].filter(({ evidence }) => evidence !== undefined);
  if (present.length === 0 && entries.size > exceptions.size)
    return 'it lists nothing, where there was something';
  const { marker } = spec.source;
  if (marker === undefined || !isInScope(marker, chunk)) return undefined;
  return entries.get(marker)?.evidence === undefined
    ? `its marker ${marker} is missing`
    : undefined;
}
