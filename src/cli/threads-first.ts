/** Imported before all else: the threads of a command that copies start while the command is loaded. */
import { startAhead } from '../engines/posix/threads.ts';

const THREADS = 2;
if (process.argv[2] === 'sync' && !process.argv.includes('--help')) startAhead(THREADS);
