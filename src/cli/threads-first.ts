/**
 * Imported before all else: the threads of a command that copies start while the command is loaded.
 */
import { setFlagsFromString } from 'node:v8';
import { startAhead, type Ahead } from '../engines/posix/threads/thread.ts';

const THREADS = 2;

/** One short pass needs neither room for garbage nor code tuned for hours. */
const FLAGS = ['--optimize-for-size', '--max-inlined-bytecode-size-cumulative=150'];

/**
 * When all have loaded and answered: with other flags than it was built with, the engine does not take the
 * modules of Node from the cache in its program, and a thread starts in twice the time.
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
