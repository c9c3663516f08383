/** From DescribeTaskExecution to what is kept of an execution. */
import type { Described } from '../service/api.ts';
import type { ExecutionEnd } from '../service/execution-record.ts';

/** Only these two: a status nobody knows is one of those on the way. */
export function isTerminal(status: string | undefined): boolean {
  return status === 'SUCCESS' || status === 'ERROR';
}

export function endOf(described: Described, now: number): ExecutionEnd {
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

function given<K extends string, V>(name: K, value: V | undefined): { readonly [key in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [key in K]: V });
}

type Counters = Pick<
  ExecutionEnd,
  'filesToTransfer' | 'filesTransferred' | 'filesDeleted' | 'bytesWritten' | 'bytesCompressed'
>;

function countersOf(described: Described): Counters {
  return {
    filesToTransfer: described.EstimatedFilesToTransfer ?? 0,
    filesTransferred: described.FilesTransferred ?? 0,
    filesDeleted: described.FilesDeleted ?? 0,
    bytesWritten: described.BytesWritten ?? 0,
    bytesCompressed: described.BytesCompressed ?? 0,
  };
}

function durationsOf(
  result: NonNullable<Described['Result']>,
): Pick<ExecutionEnd, 'prepareMs' | 'transferMs' | 'verifyMs'> {
  return {
    prepareMs: result.PrepareDuration ?? 0,
    transferMs: result.TransferDuration ?? 0,
    verifyMs: result.VerifyDuration ?? 0,
  };
}

/** The phase it ended in: decided by the phases' own results, as ERROR does not say. */
function phaseOf({ Status, Result, LaunchTime }: Described): ExecutionEnd['phase'] {
  if (Status === 'SUCCESS' || Result?.VerifyStatus === 'SUCCESS') return 'done';
  if (Result?.TransferStatus === 'SUCCESS') return 'verifying';
  if (Result?.PrepareStatus === 'SUCCESS') return 'transferring';
  return LaunchTime === undefined ? 'launching' : 'preparing';
}

function reportOf(status: string | undefined): ExecutionEnd['report'] {
  if (status === 'SUCCESS') return 'SUCCESS';
  return status === undefined ? 'none' : 'ERROR';
}
