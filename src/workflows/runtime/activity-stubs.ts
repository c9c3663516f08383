/**
 * The activities as workflows call them: queues, timeouts and retries, all in here. An outage uses
 * up no attempt that counts: there is no limit on attempts, and what no retry can mend is named by
 * its code.
 */
import { proxyActivities } from '@temporalio/workflow';
import type { ControlActivities, StepActivities } from '../../protocol/activities.ts';
import { NON_RETRYABLE_CODES } from '../../errors/codes.ts';
import { controlQueue, stepQueue } from '../../protocol/names.ts';

const DAY_MS = 86_400_000;

export const DEFAULT_HEARTBEAT_TIMEOUT_MS = 60_000;

/** Steps run for as long as they need: a heartbeat says that they live. */
export function stepActivities(
  migration: string,
  heartbeatTimeoutMs: number,
  summary: string,
): StepActivities {
  return proxyActivities<StepActivities>({
    taskQueue: stepQueue(migration),
    startToCloseTimeout: 30 * DAY_MS,
    heartbeatTimeout: heartbeatTimeoutMs,
    retry: {
      initialInterval: '2s',
      backoffCoefficient: 2,
      maximumInterval: '5m',
      nonRetryableErrorTypes: [...NON_RETRYABLE_CODES],
    },
    summary,
  });
}

export function controlActivities(migration: string, summary: string): ControlActivities {
  return proxyActivities<ControlActivities>({
    taskQueue: controlQueue(migration),
    startToCloseTimeout: '30s',
    retry: {
      initialInterval: '1s',
      backoffCoefficient: 2,
      maximumInterval: '1m',
      nonRetryableErrorTypes: [...NON_RETRYABLE_CODES],
    },
    summary,
  });
}

/** A hook has a time limit of its own in the spec; it is run once, and a person decides about another try. */
export function hookActivities(
  migration: string,
  summary: string,
): Pick<ControlActivities, 'runHook'> {
  return proxyActivities<Pick<ControlActivities, 'runHook'>>({
    taskQueue: controlQueue(migration),
    startToCloseTimeout: 7 * DAY_MS,
    heartbeatTimeout: '30s',
    retry: {
      initialInterval: '2s',
      maximumInterval: '1m',
      nonRetryableErrorTypes: [...NON_RETRYABLE_CODES],
    },
    summary,
  });
}
