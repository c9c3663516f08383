/** A step's own stop flag, in memory that its jobs in the threads can see. */
import type { ThreadContext } from './messages.ts';

export interface StepSignal {
  readonly cancel: SharedArrayBuffer;
  readonly dispose: () => void;
}

/** Set when `signal` aborts. */
export function stepSignal(signal: AbortSignal): StepSignal {
  const cancel = new SharedArrayBuffer(4);
  const set = (): void => void Atomics.store(new Int32Array(cancel), 0, 1);
  if (signal.aborted) set();
  signal.addEventListener('abort', set, { once: true });
  return { cancel, dispose: () => signal.removeEventListener('abort', set) };
}

/** Whether the pool or this step is being stopped; asked between entries, it allocates nothing. */
export function stopper(thread: ThreadContext, cancel: SharedArrayBuffer): () => boolean {
  const flag = new Int32Array(cancel);
  return () => thread.stopped() || Atomics.load(flag, 0) !== 0;
}
