/** Polls one execution until it ends, and cancels it when it must not continue. */
import { interrupted } from '../../../errors/interrupted.ts';
import { judgeEnd } from '../../../policy/datasync/failures.ts';
import { isAlreadyEnded, undefinedIfNotFound } from '../service/api-errors.ts';
import type { ExecutionDescription } from '../service/api.ts';
import { recordExecution, type ExecutionEnd } from '../service/execution-journal.ts';
import { cancelAndWait } from './cancel.ts';
import { executionEnd, forgottenEnd, isTerminal } from './execution-end.ts';
import { progressOf } from './progress.ts';
import type { ExecutionServices, RunningExecution } from './running.ts';
import { LaunchTimeout, ReportTimeout } from './timeouts.ts';
import { isWorkerHandover } from './worker-handover.ts';

/** Poll interval while `refuse` has not seen the estimates: the execution acts on them right after. */
const REFUSABLE_POLL_MS = 1_000;

export interface StartedAttempt {
  readonly attempt: string;
  readonly arn: string;
}

/** Journals the end itself only when it throws; else the caller does. */
export async function watchExecution(
  services: ExecutionServices,
  running: RunningExecution,
  { attempt, arn }: StartedAttempt,
): Promise<ExecutionEnd> {
  const { job } = running;
  const { time, spec } = services.options;
  const launch = new LaunchTimeout(spec.aws.launchTimeout);
  const report = new ReportTimeout();
  let limit: number | undefined;
  for (;;) {
    const seen = await undefinedIfNotFound(services.api.execution(arn));
    if (seen === undefined) return forgottenEnd(arn, time.now());
    if (isTerminal(seen.Status) && !report.isWorthWaiting(seen, time.now()))
      return executionEnd(seen, time.now());
    job.onProgress(progressOf(running.step, seen));
    job.lease.check();
    await throwIfStopped(services, running, { attempt, arn }, seen);
    const online = await services.agents.onlineLanes();
    if (!online.includes(running.lane.lane)) return leaveLane(services, running, arn, online);
    if (launch.isExceeded(seen, time.now())) return cancelStuck(services, running, arn);
    limit = await adjustBandwidth(services, arn, seen, limit);
    await time.sleep(pollMs(services, running, seen), job.signal).catch(() => undefined);
  }
}

/** Journals the end, and marks the lane as empty. */
export function recordEnd(
  { job, lane }: RunningExecution,
  attempt: string,
  end: ExecutionEnd,
): void {
  recordExecution(job.store, { t: 'ended', attempt, end });
  lane.clear();
}

/** Throws INTERRUPTED when the signal is aborted, and what `refuse` returns; both cancel the execution first. */
async function throwIfStopped(
  services: ExecutionServices,
  running: RunningExecution,
  { attempt, arn }: StartedAttempt,
  seen: ExecutionDescription,
): Promise<void> {
  const { signal } = running.job;
  if (isWorkerHandover(signal)) throw interrupted(signal.reason);
  const error = signal.aborted ? interrupted(signal.reason) : running.refuse?.(seen);
  if (error === undefined) return;
  recordEnd(running, attempt, await cancelAndWait(services, running, arn));
  throw error;
}

/**
 * Handles an offline agent: the execution is cancelled so that another lane can take the chunk over.
 * Throws AGENT_OFFLINE when no other lane is online; the execution then keeps its lane.
 */
async function leaveLane(
  services: ExecutionServices,
  running: RunningExecution,
  arn: string,
  online: readonly number[],
): Promise<ExecutionEnd> {
  const { lane, otherLanes } = running;
  if (!otherLanes.some((other) => online.includes(other)))
    throw services.agents.offlineError([lane.lane, ...otherLanes]);
  const end = await cancelAndWait(services, running, arn);
  const { kind } = judgeEnd(end);
  if (kind === 'done' || kind === 'partial') return end;
  return failedEnd(
    end,
    'AgentOffline',
    'The agent went offline: the execution was cancelled, and another agent takes over',
  );
}

async function cancelStuck(
  services: ExecutionServices,
  running: RunningExecution,
  arn: string,
): Promise<ExecutionEnd> {
  const end = await cancelAndWait(services, running, arn);
  return failedEnd(end, 'StuckLaunching', 'The execution did not leave LAUNCHING');
}

const failedEnd = (end: ExecutionEnd, errorCode: string, errorDetail: string): ExecutionEnd => ({
  ...end,
  status: 'ERROR',
  errorCode,
  errorDetail,
});

/** `last`: the limit set by the previous call. Returns the limit now in force, in bytes per second. */
async function adjustBandwidth(
  { api, bandwidth }: ExecutionServices,
  arn: string,
  seen: ExecutionDescription,
  last: number | undefined,
): Promise<number> {
  const share = bandwidth.share();
  const current = last ?? seen.Options?.BytesPerSecond ?? -1;
  if (share === current) return current;
  try {
    await api.setBandwidth(arn, share);
  } catch (error) {
    if (!isAlreadyEnded(error)) throw error;
  }
  return share;
}

function pollMs(
  { options }: ExecutionServices,
  { refuse }: RunningExecution,
  { Result }: ExecutionDescription,
): number {
  const { pollInterval } = options.spec.aws;
  const isRefusable = refuse !== undefined && Result?.PrepareStatus !== 'SUCCESS';
  return isRefusable ? Math.min(REFUSABLE_POLL_MS, pollInterval) : pollInterval;
}
