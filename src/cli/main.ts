/** Entry point of `longhaul`. */
import './prestart-threads.ts';
import { endAhead } from '../engines/posix/threads/thread.ts';
import { main } from './program.ts';

const interrupt = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    if (interrupt.signal.aborted) process.exit(130); // a second Ctrl-C does not wait
    interrupt.abort();
  });
}
// `longhaul ledger acme | head` closes the pipe early; that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

const exit = await main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  noColor: (process.env['NO_COLOR'] ?? '') !== '',
  signal: interrupt.signal,
});
await endAhead(); // threads that were started ahead and not used
// Connections and idle threads may still be closing; waiting for them would save nothing.
process.exit(exit);
