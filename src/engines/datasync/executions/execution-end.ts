/** Converts a DescribeTaskExecution response to what the journal keeps of an ended execution. */
import type { ExecutionDescription } from '../service/api.ts';
import type { ExecutionEnd } from '../service/execution-journal.ts';

/** Any other status, also one that longhaul does not know, counts as running. */
export function isTerminal(status: string | undefined): boolean {
  return status === 'SUCCESS' || status === 'ERROR';
}

/** `now`: milliseconds since 1970, used where the service gives no end time. */
export function executionEnd(described: ExecutionDescription, now: number): ExecutionEnd {
  const { Result = {}, ReportResult, Status, LaunchTime } = described;
  const endedAt = described.EndTime?.getTime() ?? now;
  return {
    arn: described.TaskExecutionArn ?? '',
    status: Status === 'SUCCESS' ? 'SUCCESS' : 'ERROR',
    ...given('errorCode', Result.ErrorCode),
    ...given('errorDetail', Result.ErrorDetail),
    phase: phaseOf(described),
    verifyMode: described.Options?.VerifyMode ?? '',
    ...countersOf(described),
    report: reportOf(ReportResult?.Status),
    startedAt: described.StartTime?.getTime() ?? endedAt,
    ...given('launchedAt', LaunchTime?.getTime()),
    endedAt,
    ...durationsOf(Result),
  };
}

/** The end of an execution that the service no longer knows: how it ended is unknown. */
export function forgottenEnd(arn: string, now: number): ExecutionEnd {
  return {
    ...executionEnd({ TaskExecutionArn: arn, Status: 'ERROR', $metadata: {} }, now),
    errorCode: 'Forgotten',
    errorDetail: 'The service no longer knows this execution',
    phase: 'transferring',
  };
}

function given<K extends string, V>(name: K, value: V | undefined): { readonly [key in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [key in K]: V });
}

type Counters = Pick<
  ExecutionEnd,
  'filesToTransfer' | 'filesTransferred' | 'filesDeleted' | 'bytesWritten' | 'bytesCompressed'
>;

function countersOf(described: ExecutionDescription): Counters {
  return {
    filesToTransfer: described.EstimatedFilesToTransfer ?? 0,
    filesTransferred: described.FilesTransferred ?? 0,
    filesDeleted: described.FilesDeleted ?? 0,
    bytesWritten: described.BytesWritten ?? 0,
    bytesCompressed: described.BytesCompressed ?? 0,
  };
}

function durationsOf(
  result: NonNullable<ExecutionDescription['Result']>,
): Pick<ExecutionEnd, 'prepareMs' | 'transferMs' | 'verifyMs'> {
  return {
    prepareMs: result.PrepareDuration ?? 0,
    transferMs: result.TransferDuration ?? 0,
    verifyMs: result.VerifyDuration ?? 0,
  };
}

/** Derives the phase from the results of the phases, because the status ERROR does not say it. */
function phaseOf({ Status, Result, LaunchTime }: ExecutionDescription): ExecutionEnd['phase'] {
  if (Status === 'SUCCESS' || Result?.VerifyStatus === 'SUCCESS') return 'done';
  if (Result?.TransferStatus === 'SUCCESS') return 'verifying';
  if (Result?.PrepareStatus === 'SUCCESS') return 'transferring';
  return LaunchTime === undefined ? 'launching' : 'preparing';
}

function reportOf(status: string | undefined): ExecutionEnd['report'] {
  if (status === 'SUCCESS') return 'SUCCESS';
  return status === undefined ? 'none' : 'ERROR';
}
