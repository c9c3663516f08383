/** The frame around every long activity: heartbeats, cancellation, failures. */
import { Context } from '@temporalio/activity';
import { toFailure } from '../errors/failure.ts';
import { toActivityFailure } from './activity-failure.ts';

const MOST_MS = 2_000;
const LEAST_MS = 10;

/**
 * Runs `work` with a signal that aborts on cancellation, shutdown and lost attempts; `details` is
 * what each heartbeat says. A work that ends because of the signal ends the activity as cancelled.
 */
export async function longActivity<T>(
  details: () => unknown,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const context = Context.current();
  const { heartbeatTimeoutMs = 60_000 } = context.info;
  const everyMs = Math.max(LEAST_MS, Math.min(MOST_MS, heartbeatTimeoutMs / 3));
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

/** For activities of milliseconds. */
export async function shortActivity<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toActivityFailure(error);
  }
}
