/** The stop flag of one step, in memory that its jobs in the threads can read. */
import type { ThreadContext } from './messages.ts';

export interface StepSignal {
  readonly cancel: SharedArrayBuffer;
  readonly dispose: () => void;
}

/** Creates a flag that is set when `signal` aborts. */
export function stepSignal(signal: AbortSignal): StepSignal {
  const cancel = new SharedArrayBuffer(4);
  const set = (): void => void Atomics.store(new Int32Array(cancel), 0, 1);
  if (signal.aborted) set();
  signal.addEventListener('abort', set, { once: true });
  return { cancel, dispose: () => signal.removeEventListener('abort', set) };
}

/** Returns a function that tells whether the pool or this step is being stopped. It allocates nothing. */
export function stopper(thread: ThreadContext, cancel: SharedArrayBuffer): () => boolean {
  const flag = new Int32Array(cancel);
  return () => thread.stopped() || Atomics.load(flag, 0) !== 0;
}
