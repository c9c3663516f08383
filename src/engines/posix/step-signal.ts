/** A step's own stop flag, in memory that its jobs in the threads can see. */
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

export function isCancelled(cancel: SharedArrayBuffer): boolean {
  return Atomics.load(new Int32Array(cancel), 0) !== 0;
}
