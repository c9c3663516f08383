/**
 * Reads live counters of running chunks from the heartbeats of their pending activities. They are hints: a
 * heartbeat may be missing, old, or written by another version.
 */
import { defaultPayloadConverter } from '@temporalio/common';
import type { Client } from '@temporalio/client';
import { chunkId } from '../protocol/names.ts';
import { notFound } from './failures.ts';
import type { RunningChunk } from './snapshot.ts';

/** Each chunk costs a call. */
const MAX_CHUNKS = 64;

export async function runningChunks(
  client: Client,
  migration: string,
  chunks: readonly string[],
): Promise<RunningChunk[]> {
  const found = await Promise.all(
    chunks.slice(0, MAX_CHUNKS).map((chunk) => runningChunk(client, migration, chunk)),
  );
  return found.filter((chunk) => chunk !== undefined);
}

async function runningChunk(
  client: Client,
  migration: string,
  chunk: string,
): Promise<RunningChunk | undefined> {
  try {
    const { raw } = await client.workflow.getHandle(chunkId(migration, chunk)).describe();
    const activity = raw.pendingActivities?.[0];
    if (activity === undefined) return undefined;
    const payload = activity.heartbeatDetails?.payloads?.[0];
    const details =
      payload === undefined || payload === null
        ? {}
        : defaultPayloadConverter.fromPayload<unknown>(payload);
    return toRunningChunk(chunk, {
      type: activity.activityType?.name ?? '',
      attempt: activity.attempt ?? 1,
      failure: activity.lastFailure?.message ?? undefined,
      details,
    });
  } catch (error) {
    if (notFound(error)) return undefined; // it ended between the two calls
    throw error;
  }
}

export interface PendingActivity {
  readonly type: string;
  readonly attempt: number;
  readonly failure: string | undefined;
  readonly details: unknown;
}

/** Leaves out details that are missing or of another type. Pure. */
export function toRunningChunk(chunk: string, activity: PendingActivity): RunningChunk {
  const details = (
    typeof activity.details === 'object' && activity.details !== null ? activity.details : {}
  ) as Readonly<Record<string, unknown>>;
  const count = <K extends string>(key: K): { [P in K]?: number } =>
    typeof details[key] === 'number' ? ({ [key]: details[key] } as { [P in K]?: number }) : {};
  const because = reasonOf(details, activity);
  return {
    chunk,
    step: typeof details['step'] === 'string' ? details['step'] : stepOf(activity.type),
    ...(typeof details['phase'] === 'string' ? { phase: details['phase'] } : {}),
    doneEntries: count('doneEntries').doneEntries ?? 0,
    doneBytes: count('doneBytes').doneBytes ?? 0,
    ...count('totalEntries'),
    ...count('totalBytes'),
    ...count('bytesPerSecond'),
    ...(activity.attempt > 1 ? { attempt: activity.attempt } : {}),
    ...(because === undefined ? {} : { because }),
  };
}

/** Returns the step of an activity by the name that operators see. */
function stepOf(activityType: string): string {
  if (activityType === 'deletePass') return 'delete-pass';
  return activityType === 'closeChunk' ? 'close' : activityType;
}

function reasonOf(
  details: Readonly<Record<string, unknown>>,
  { attempt, failure }: PendingActivity,
): string | undefined {
  for (const key of ['parked', 'because']) {
    const value = details[key];
    if (typeof value === 'string' && value !== '') return value;
  }
  return attempt > 1 && failure !== undefined ? `attempt ${attempt}: ${failure}` : undefined;
}
