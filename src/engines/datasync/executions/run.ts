/** Runs one execution from its journalled intention to its journalled end. */
import { undefinedIfNotFound } from '../service/api-errors.ts';
import type { AttemptState, ExecutionEnd } from '../service/execution-journal.ts';
import { isTerminal } from './execution-end.ts';
import type { LaneRecord } from './lanes.ts';
import type { ExecutionServices, RunningExecution } from './running.ts';
import { findByTag, recordIntention, startOrAdopt } from './start.ts';
import { recordEnd, watchExecution } from './watch.ts';

/**
 * Starts the execution, or adopts the one that `known` describes, and waits for its end. A failed
 * execution is returned; throws only errors of the link, and what ends the step.
 */
export async function runExecution(
  services: ExecutionServices,
  running: RunningExecution,
  known: AttemptState | undefined,
): Promise<ExecutionEnd> {
  const leave = services.bandwidth.join();
  try {
    const attempt = known ?? recordIntention(running);
    const arn = await startOrAdopt(services, running, attempt);
    const end = await watchExecution(services, running, { attempt: attempt.attempt, arn });
    recordEnd(running, attempt.attempt, end);
    return end;
  } finally {
    leave();
  }
}

/** Returns true when the execution in a lane's file has ended, or was never started. */
export async function hasEnded(
  { api }: Pick<ExecutionServices, 'api'>,
  { arn: known, task, attempt }: LaneRecord,
): Promise<boolean> {
  const arn = known ?? (await findByTag({ api }, task, attempt));
  if (arn === undefined) return true;
  const seen = await undefinedIfNotFound(api.execution(arn));
  return isTerminal(seen?.Status ?? 'ERROR');
}
