/** Runs the execution that removes what is gone at the source from one part of a chunk. */
import { LonghaulError } from '../../../errors/failure.ts';
import type { RawPath } from '../../../paths.ts';
import { canBeLocation } from '../../../aws/locations.ts';
import { decideRemoval } from '../../../policy/datasync/rounds.ts';
import { isInScope } from '../../../policy/datasync/scope.ts';
import type { StepJob } from '../../engine.ts';
import type { ExecutionDescription } from '../service/api.ts';
import type { ChunkPart } from '../service/chunk-record.ts';
import { historyOf } from '../service/execution-journal.ts';
import { reportConfig } from '../service/report-bucket.ts';
import { mirroredTask, removeMirrored } from '../service/tasks.ts';
import type { EngineContext } from './context.ts';
import { filtersOf, toFilterRules } from './part-filters.ts';
import { BEFORE_COPIES, runToVerdict, type PlannedExecution } from './run-to-verdict.ts';

/** Returns true when the removal of a part was started in this try of the chunk. */
export function hasBegun({ store }: StepJob, part: string): boolean {
  const { open, endedSinceGivenUp } = historyOf(store, { purpose: 'remove', part });
  return open !== undefined || endedSinceGivenUp > 0;
}

/**
 * `candidates`: what is gone in the whole chunk. Throws DELETE_REFUSED when DataSync must not remove from
 * this part, or announces more deletes than there are candidates.
 */
export async function removeFrom(
  context: EngineContext,
  job: StepJob,
  part: ChunkPart,
  candidates: readonly RawPath[],
): Promise<void> {
  const here = candidates.filter((path) => isInScope(path, part));
  if (here.length === 0 && !hasBegun(job, part.id)) return;
  const mirrored = mirroredFor(context, job, part, here);
  await runToVerdict(context, {
    job,
    key: { purpose: 'remove', part: part.id },
    step: 'delete-pass',
    priority: BEFORE_COPIES,
    ...(mirrored === undefined ? {} : { mirrored }),
    refuse: (seen) => refuseExtraDeletes(seen, here.length),
    request: {
      ...(mirrored === undefined ? toFilterRules(filtersOf(job, part)) : {}),
      OverrideOptions: {
        TransferMode: 'CHANGED',
        VerifyMode: 'ONLY_FILES_TRANSFERRED',
        OverwriteMode: 'ALWAYS',
        PreserveDeletedFiles: 'REMOVE',
      },
      TaskReportConfig: reportConfig(context.options.spec),
    },
  });
  if (mirrored !== undefined) await removeMirrored(context, job.chunk.id, mirrored.below);
}

/** Returns undefined when the chunk's own task can remove, by filters or because it has the whole tree. */
function mirroredFor(
  context: EngineContext,
  job: StepJob,
  part: ChunkPart,
  gone: readonly RawPath[],
): PlannedExecution['mirrored'] {
  const [below = ''] = part.roots;
  const answer = decideRemoval({
    scope: part,
    filters: filtersOf(job, part),
    rootIsPath: canBeLocation(below),
    rootIsGone: gone.includes(below),
    removeWithFilters: job.spec.aws?.removeWithFilters ?? false,
  });
  if (answer.where === 'nowhere') throw mustNotRemove(gone.length, answer.because);
  if (answer.where === 'filters' || below === '') return undefined;
  const { chunk, signal } = job;
  return { below, task: (lane) => mirroredTask(context, { lane, chunk: chunk.id, below }, signal) };
}

function mustNotRemove(count: number, because: string): LonghaulError {
  return new LonghaulError(
    'DELETE_REFUSED',
    `${count} entries are gone at the source, and DataSync must not remove them: ${because}`,
    {
      hint: 'Test REMOVE with filters in your account and set aws.removeWithFilters, or delete the entries by hand and accept them; then: longhaul retry NAME.',
    },
  );
}

/** DataSync announces the number of deletes before it starts them. */
function refuseExtraDeletes(
  { EstimatedFilesToDelete = 0, Result }: ExecutionDescription,
  maxDeletes: number,
): LonghaulError | undefined {
  if (Result?.PrepareStatus !== 'SUCCESS' || EstimatedFilesToDelete <= maxDeletes) return undefined;
  return new LonghaulError(
    'DELETE_REFUSED',
    `DataSync would delete ${EstimatedFilesToDelete} entries, our own list has ${maxDeletes}; the execution was cancelled`,
  );
}
