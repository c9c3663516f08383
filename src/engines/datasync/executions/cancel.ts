/** Cancels an execution, and follows it until the service reports its end. */
import { interrupted } from '../../../errors/interrupted.ts';
import { isAlreadyEnded, isNotFoundError, undefinedIfNotFound } from '../service/api-errors.ts';
import type { DataSyncApi } from '../service/api.ts';
import type { ExecutionEnd } from '../service/execution-journal.ts';
import { executionEnd, forgottenEnd, isTerminal } from './execution-end.ts';
import { progressOf } from './progress.ts';
import type { ExecutionServices, RunningExecution } from './running.ts';
import { isWorkerHandover } from './worker-handover.ts';

/** Succeeds also when the execution has ended or no longer exists. */
export async function cancelExecution(api: DataSyncApi, arn: string): Promise<void> {
  try {
    await api.cancel(arn);
  } catch (error) {
    if (!isAlreadyEnded(error) && !isNotFoundError(error)) throw error;
  }
}

/** Waits also when the signal aborts, except when the next attempt will adopt the execution. */
export async function cancelAndWait(
  { api, options }: ExecutionServices,
  { job, step }: RunningExecution,
  arn: string,
): Promise<ExecutionEnd> {
  const { time, spec } = options;
  job.lease.check();
  await cancelExecution(api, arn);
  for (;;) {
    const seen = await undefinedIfNotFound(api.execution(arn));
    if (seen === undefined) return forgottenEnd(arn, time.now());
    if (isTerminal(seen.Status)) return executionEnd(seen, time.now());
    job.onProgress(progressOf(step, seen));
    if (isWorkerHandover(job.signal)) throw interrupted(job.signal.reason);
    await time.sleep(spec.aws.pollInterval);
  }
}
