/**
 * Starts and ends the threads of pools. Starting one takes longer than copying a thousand files, so a
 * program that will need some calls `startAhead` and loads the rest of itself meanwhile. The next pool
 * takes these threads over.
 */
import { Worker } from 'node:worker_threads';
import { END, SHARED, type ThreadData } from './messages.ts';

export interface Ahead {
  readonly shared: SharedArrayBuffer;
  /** The threads that are still alive. */
  readonly threads: Set<Worker>;
}

export const sharedMemory = (): SharedArrayBuffer => new SharedArrayBuffer(SHARED.size);

export function startThread(
  shared: SharedArrayBuffer,
  entry = builtEntry(import.meta.url),
): Worker {
  const workerData: ThreadData = { shared };
  return new Worker(entry, { workerData, resourceLimits: { maxYoungGenerationSizeMb: 2 } });
}

const MAX_LOAD_MS = 5_000;

/**
 * Ends a thread. A thread that may still be loading is asked to exit first: terminating it while it
 * loads a native module aborts the process (napi_throw, SIGABRT).
 */
export async function endThread(thread: Worker, isLoaded: boolean): Promise<void> {
  if (!isLoaded && thread.threadId >= 0) {
    thread.ref();
    const ended = new Promise((resolve) => thread.once('exit', resolve));
    const late = new Promise((resolve) => setTimeout(resolve, MAX_LOAD_MS).unref());
    thread.postMessage(END);
    await Promise.race([ended, late]);
  }
  await thread.terminate();
}

// Global to the process: a program and the command that it loads are bundled separately.
const KEY = Symbol.for('longhaul.threads-ahead');
const registry = globalThis as { [KEY]?: Ahead | undefined };

/** Starts threads for the next pool. They do not keep the process alive. */
export function startAhead(count: number, entry?: URL): Ahead {
  const ahead: Ahead = { shared: sharedMemory(), threads: new Set() };
  for (let i = 0; i < count; i++) {
    const thread = startThread(ahead.shared, entry);
    thread.unref();
    // Ignore the error: the pool starts another thread, which fails for the same reason.
    thread.on('error', () => ahead.threads.delete(thread));
    thread.on('exit', () => ahead.threads.delete(thread));
    ahead.threads.add(thread);
  }
  registry[KEY] = ahead;
  return ahead;
}

/** Ends the threads that no pool has taken over. */
export async function endAhead(): Promise<void> {
  const threads = takeAhead()?.threads ?? [];
  await Promise.all([...threads].map((thread) => endThread(thread, false)));
}

/** Returns the threads that were started ahead; undefined if there are none, or at the second call. */
export function takeAhead(): Ahead | undefined {
  const ahead = registry[KEY];
  registry[KEY] = undefined;
  return ahead;
}

/**
 * Returns the built entry point, because Node 20 cannot load a thread from a .ts file. In dist/ the
 * depth of `here` depends on the bundle that this module is part of.
 */
function builtEntry(here: string): URL {
  if (here.endsWith('.ts')) return new URL('../../../../dist/engines/posix/jobs/worker.js', here);
  return new URL('engines/posix/jobs/worker.js', here.slice(0, here.lastIndexOf('/dist/') + 6));
}
