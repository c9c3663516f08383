/** Converts a DescribeTaskExecution response to the progress of a step. */
import type { StepProgress } from '../../../model/round.ts';
import type { ExecutionDescription } from '../service/api.ts';

/** Totals are absent until DataSync has finished preparing: its estimates grow until then. */
export function progressOf(step: StepProgress['step'], seen: ExecutionDescription): StepProgress {
  const isPrepared = seen.Result?.PrepareStatus === 'SUCCESS';
  return {
    step,
    doneEntries: seen.FilesTransferred ?? 0,
    totalEntries: isPrepared ? seen.EstimatedFilesToTransfer : undefined,
    doneBytes: seen.BytesWritten ?? 0,
    totalBytes: isPrepared ? seen.EstimatedBytesToTransfer : undefined,
    phase: (seen.Status ?? '').toLowerCase(),
    wireBytes: seen.BytesCompressed ?? 0,
  };
}
