/**
 * Stubs of the activities with their queues, timeouts and retries. Attempts are not limited, so an
 * outage uses up none that counts; the codes of failures that no retry can fix end the retries.
 */
import { proxyActivities, type ActivityOptions } from '@temporalio/workflow';
import { NON_RETRYABLE_CODES } from '../../errors/codes.ts';
import type {
  ControlActivities,
  ProvisionActivities,
  StepActivities,
} from '../../protocol/activities.ts';
import { controlQueue, stepQueue } from '../../protocol/names.ts';
import { PROVISION_QUEUE } from '../../protocol/provision.ts';

export const DEFAULT_HEARTBEAT_TIMEOUT_MS = 60_000;

interface Limits {
  readonly startToCloseTimeout: string;
  readonly heartbeatTimeout?: string;
  /** Delays before the first retry, and at most; each is twice the one before. */
  readonly retryAfter: readonly [first: string, longest: string];
}

const LIMITS = {
  /** A step runs for as long as it needs; its heartbeats show that it is alive. */
  step: { startToCloseTimeout: '30d', retryAfter: ['2s', '5m'] },
  control: { startToCloseTimeout: '30s', retryAfter: ['1s', '1m'] },
  /** The spec limits the time of a hook. */
  hook: { startToCloseTimeout: '7d', heartbeatTimeout: '30s', retryAfter: ['2s', '1m'] },
  /** A request whose reply was lost arrives at AWS before the first retry looks. */
  provision: { startToCloseTimeout: '30m', heartbeatTimeout: '60s', retryAfter: ['5s', '5m'] },
} as const satisfies Record<string, Limits>;

function optionsOf(kind: keyof typeof LIMITS): ActivityOptions {
  const { retryAfter, ...timeouts } = LIMITS[kind];
  const [initialInterval, maximumInterval] = retryAfter;
  return {
    ...timeouts,
    retry: {
      initialInterval,
      maximumInterval,
      backoffCoefficient: 2,
      nonRetryableErrorTypes: [...NON_RETRYABLE_CODES],
    },
  };
}

export function stepActivities(
  migration: string,
  heartbeatTimeout: number,
  summary: string,
): StepActivities {
  return proxyActivities<StepActivities>({
    ...optionsOf('step'),
    taskQueue: stepQueue(migration),
    heartbeatTimeout,
    summary,
  });
}

export function controlActivities(migration: string, summary: string): ControlActivities {
  return proxyActivities<ControlActivities>({
    ...optionsOf('control'),
    taskQueue: controlQueue(migration),
    summary,
  });
}

export function hookActivities(
  migration: string,
  summary: string,
): Pick<ControlActivities, 'runHook'> {
  return proxyActivities<Pick<ControlActivities, 'runHook'>>({
    ...optionsOf('hook'),
    taskQueue: controlQueue(migration),
    summary,
  });
}

export function provisionActivities(summary: string): ProvisionActivities {
  return proxyActivities<ProvisionActivities>({
    ...optionsOf('provision'),
    taskQueue: PROVISION_QUEUE,
    summary,
  });
}
