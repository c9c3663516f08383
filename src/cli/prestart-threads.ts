/**
 * Starts the worker threads of `longhaul sync` while the command itself is still loading. Imported before
 * all other modules.
 */
import { setFlagsFromString } from 'node:v8';
import { startAhead, type Ahead } from '../engines/posix/threads/thread.ts';

const THREADS = 2;

/** V8 flags for a process that lives for seconds: a small heap and little optimisation. */
const FLAGS = ['--optimize-for-size', '--max-inlined-bytecode-size-cumulative=150'];

/**
 * Sets the flags when all threads have started: with changed flags, V8 rejects the code cache in the Node
 * binary, and a thread takes twice the time to start.
 */
function tuneWhenLoaded({ threads }: Ahead): void {
  let loading = threads.size;
  const answered = (): void => {
    if (--loading === 0) for (const flag of FLAGS) setFlagsFromString(flag);
  };
  for (const thread of threads) thread.once('message', answered);
}

if (process.argv[2] === 'sync' && !process.argv.includes('--help')) {
  setFlagsFromString('--semi-space-growth-factor=1');
  tuneWhenLoaded(startAhead(THREADS));
}
