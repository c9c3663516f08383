/** Runs the work of activities: sends heartbeats, passes on cancellations, converts failures. */
import { Context } from '@temporalio/activity';
import { toFailure } from '../errors/failure.ts';
import { toActivityFailure } from './activity-failure.ts';

const MAX_HEARTBEAT_INTERVAL_MS = 2_000;
const MIN_HEARTBEAT_INTERVAL_MS = 10;

/**
 * Runs `work` with a signal that aborts on cancellation, on shutdown, and when another attempt has taken
 * over. Each heartbeat carries `details`. Work that the signal interrupted ends as cancelled.
 */
export async function longActivity<T>(
  details: () => unknown,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const context = Context.current();
  const { heartbeatTimeoutMs = 60_000 } = context.info;
  const everyMs = Math.max(
    MIN_HEARTBEAT_INTERVAL_MS,
    Math.min(MAX_HEARTBEAT_INTERVAL_MS, heartbeatTimeoutMs / 3),
  );
  const beat = (): void => context.heartbeat(details());
  beat();
  const timer = setInterval(beat, everyMs);
  try {
    return await work(context.cancellationSignal);
  } catch (error) {
    if (context.cancellationSignal.aborted && toFailure(error).code === 'INTERRUPTED') {
      return await context.cancelled;
    }
    throw toActivityFailure(error);
  } finally {
    clearInterval(timer);
  }
}

/** Runs the work of an activity that takes milliseconds and needs no heartbeats. */
export async function shortActivity<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toActivityFailure(error);
  }
}
