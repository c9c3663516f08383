/**
 * Sends messages to a migration: as an update first, because it has an answer; if no worker answers, as a
 * signal, which the server stores. All verbs are idempotent, so a message may arrive both ways.
 */
import type { Client } from '@temporalio/client';
import type { MigrationMessages, MigrationVerb } from '../protocol/messages.ts';
import { WORKFLOW_QUEUE, migrationId } from '../protocol/names.ts';
import { noAnswer, refusal, refused } from './failures.ts';
import type { Sent } from './snapshot.ts';

const ANSWER_WITHIN_MS = 6000;

export async function sendMessage<V extends MigrationVerb>(
  client: Client,
  migration: string,
  verb: V,
  message: MigrationMessages[V],
): Promise<Sent> {
  const handle = client.workflow.getHandle(migrationId(migration));
  if (await isPolled(client)) {
    try {
      const answer = await client.withDeadline(Date.now() + ANSWER_WITHIN_MS, () =>
        handle.executeUpdate<unknown, [MigrationMessages[V]]>(verb, { args: [message] }),
      );
      return { verb, answered: true, ...answerText(answer) };
    } catch (error) {
      if (refused(error)) throw refusal(error);
      if (!noAnswer(error)) throw error;
    }
  }
  await handle.signal(verb, message);
  return { verb, answered: false };
}

/** Accepts a sentence, or an object that contains one. */
function answerText(answer: unknown): { answer?: string } {
  if (typeof answer === 'string') return { answer };
  if (typeof answer !== 'object' || answer === null) return {};
  for (const key of ['answer', 'because', 'message']) {
    const value = (answer as Readonly<Record<string, unknown>>)[key];
    if (typeof value === 'string') return { answer: value };
  }
  return {};
}

/** Only false is certain: the server remembers pollers for minutes after they have ended. */
export async function isPolled(client: Client): Promise<boolean> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: WORKFLOW_QUEUE },
    taskQueueType: 1, // workflow tasks
  });
  return (pollers ?? []).length > 0;
}
