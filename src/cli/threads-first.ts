/**
 * Imported before all else. The threads of a command that copies start while the command is loaded,
 * and with what the engine of JavaScript needs to be told before they do.
 */
import { setFlagsFromString } from 'node:v8';
import { startAhead } from '../engines/posix/threads.ts';

const THREADS = 2;

/** One short pass needs neither room for garbage nor code tuned for hours. */
const FLAGS = [
  '--semi-space-growth-factor=1',
  '--optimize-for-size',
  '--max-inlined-bytecode-size-cumulative=150',
];

if (process.argv[2] === 'sync' && !process.argv.includes('--help')) {
  for (const flag of FLAGS) setFlagsFromString(flag);
  startAhead(THREADS);
}
