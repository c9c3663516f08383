/**
 * The threads of pools. Starting one takes longer than copying a thousand files, so a program that
 * knows it will need some starts them first and loads the rest of itself meanwhile: `startAhead`, and
 * the next pool takes them over.
 */
import { Worker } from 'node:worker_threads';
import { END, SHARED, type ThreadData } from './messages.ts';

export interface Ahead {
  readonly shared: SharedArrayBuffer;
  /** Those that are still alive. */
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

const LOADED_WITHIN_MS = 5_000;

/**
 * Ends a thread. One that may still be loading ends itself when it has loaded: a native module that is
 * cut off while it loads takes the process with it (napi_throw, SIGABRT).
 */
export async function endThread(thread: Worker, isLoaded: boolean): Promise<void> {
  if (!isLoaded && thread.threadId >= 0) {
    thread.ref();
    const ended = new Promise((resolve) => thread.once('exit', resolve));
    const late = new Promise((resolve) => setTimeout(resolve, LOADED_WITHIN_MS).unref());
    thread.postMessage(END);
    await Promise.race([ended, late]);
  }
  await thread.terminate();
}

// In the process and not in this module: a program and the command it loads are bundled apart.
const KEY = Symbol.for('longhaul.threads-ahead');
const place = globalThis as { [KEY]?: Ahead | undefined };

/** Keeps no process alive. */
export function startAhead(count: number, entry?: URL): Ahead {
  const ahead: Ahead = { shared: sharedMemory(), threads: new Set() };
  for (let i = 0; i < count; i++) {
    const thread = startThread(ahead.shared, entry);
    thread.unref();
    // Why it ended is told by the one that the pool starts in its place.
    thread.on('error', () => ahead.threads.delete(thread));
    thread.on('exit', () => ahead.threads.delete(thread));
    ahead.threads.add(thread);
  }
  place[KEY] = ahead;
  return ahead;
}

/** Ends what was started ahead and not taken. */
export async function endAhead(): Promise<void> {
  const threads = takeAhead()?.threads ?? [];
  await Promise.all([...threads].map((thread) => endThread(thread, false)));
}

/** What was started ahead, once. */
export function takeAhead(): Ahead | undefined {
  const ahead = place[KEY];
  place[KEY] = undefined;
  return ahead;
}

/**
 * Node 20 cannot load a .ts thread: from the sources, the built one is taken. `here` is two folders deep
 * in dist/, or one, in whichever bundle this module is.
 */
function builtEntry(here: string): URL {
  if (here.endsWith('.ts')) return new URL('../../../../dist/engines/posix/jobs/worker.js', here);
  return new URL('engines/posix/jobs/worker.js', here.slice(0, here.lastIndexOf('/dist/') + 6));
}
