/** Starts provisioning or teardown, and follows it. */
import type { Client, WorkflowHandle } from '@temporalio/client';
import {
  type ProvisionJob,
  provisionId,
  type ProvisionInput,
  type ProvisionProgress,
} from '../protocol/provision.ts';
import { LonghaulError } from '../errors/failure.ts';
import { WORKFLOW_QUEUE } from '../protocol/names.ts';
import { alreadyStarted, noAnswer, refusal } from './failures.ts';

const ANSWER_WITHIN_MS = 6000;

/** Returns false if the same runs already. Throws ALREADY_RUNNING if the opposite runs. */
export async function startProvision(client: Client, job: ProvisionJob): Promise<boolean> {
  const input: ProvisionInput = { v: 1, job };
  const { name } = job.spec;
  try {
    await client.workflow.start('provision', {
      workflowId: provisionId(name),
      taskQueue: WORKFLOW_QUEUE,
      args: [input],
      workflowIdConflictPolicy: 'FAIL',
      staticSummary: `longhaul ${job.mode} ${name}`,
    });
    return true;
  } catch (error) {
    if (!alreadyStarted(error)) throw error;
  }
  await throwIfOppositeRuns(client, job);
  return false;
}

async function throwIfOppositeRuns(client: Client, { mode, spec }: ProvisionJob): Promise<void> {
  const running = await provisionProgress(client, spec.name);
  if (running.mode === mode) return;
  throw new LonghaulError('ALREADY_RUNNING', `${running.mode} of ${spec.name} runs already`, {
    hint: 'Wait until it has ended.',
  });
}

function provisionProgress(client: Client, migration: string): Promise<ProvisionProgress> {
  return client.workflow.getHandle(provisionId(migration)).query<ProvisionProgress>('progress');
}

export interface ProvisionObservation {
  readonly over: boolean;
  /** Undefined if no worker answers. */
  readonly progress: ProvisionProgress | undefined;
}

/** Throws the failure with which it ended. */
export async function observeProvision(
  client: Client,
  migration: string,
): Promise<ProvisionObservation> {
  const handle = client.workflow.getHandle(provisionId(migration));
  const { status } = await handle.describe();
  if (status.name !== 'RUNNING') return { over: true, progress: await outcome(handle) };
  try {
    const within = Date.now() + ANSWER_WITHIN_MS;
    return {
      over: false,
      progress: await client.withDeadline(within, () => provisionProgress(client, migration)),
    };
  } catch (error) {
    if (noAnswer(error)) return { over: false, progress: undefined };
    throw error;
  }
}

async function outcome(handle: WorkflowHandle): Promise<ProvisionProgress> {
  try {
    return (await handle.result()) as ProvisionProgress;
  } catch (error) {
    throw refusal(error);
  }
}
