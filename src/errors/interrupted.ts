/** The failure of work that was stopped before it was done. */
import { LonghaulError } from './failure.ts';

export function interrupted(cause: unknown, message = 'The step was interrupted'): LonghaulError {
  return new LonghaulError('INTERRUPTED', message, { cause });
}

/** Throws INTERRUPTED with the reason of the abort as its cause. */
export function throwIfAborted(signal: AbortSignal, message?: string): void {
  if (signal.aborted) throw interrupted(signal.reason, message);
}
