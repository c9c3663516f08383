/** `longhaul worker`: does the work of the migrations whose trees this machine sees. */
import { resolve } from 'node:path';
import { usage } from '../exit.ts';
import { define } from '../command.ts';
import { jsonOption, type JsonOption } from '../options.ts';

interface WorkerOptions extends JsonOption {
  readonly state?: string;
}

export const workerCommand = define<[], WorkerOptions>({
  name: 'worker',
  summary: 'Do the work of migrations whose trees this machine sees',
  details:
    'Takes work only for migrations whose state directory, source and destination it sees and recognises, and says which it refuses and why. Run one on each host that should copy; Ctrl-C stops it at a safe point, kill -9 loses nothing.',
  options: [
    { flags: '--state <directory>', description: 'state directory (default: $LONGHAUL_STATE)' },
    jsonOption,
  ],
  examples: [
    ['longhaul worker --state /var/lib/longhaul', 'serve all migrations of this state directory'],
    ['TEMPORAL_ADDRESS=temporal:7233 longhaul worker --state /mnt/state', 'on another host'],
  ],
  exits: [0, 2, 5, 130],
  async run(terminal, _args, { state }) {
    const { findStateDirectory } = await import('../../client/pointer.ts');
    const { runWorker } = await import('../../workers/main.ts');
    const { connectionOptions } = await import('../../temporal/server.ts');
    const found = findStateDirectory({ state });
    if (found === undefined)
      throw usage('Which state directory?', 'Name it with --state, or set LONGHAUL_STATE.');
    const stateDirectory = resolve(found);
    await runWorker({
      stateDirectory,
      server: () => connectionOptions({ stateDirectory }),
      signal: terminal.signal,
      onMessage: (message) => {
        if (terminal.json)
          terminal.record(`worker ${message.type}`, {
            text: message.text,
            migration: message.migration,
          });
        else terminal.say(message.text);
      },
    });
    return terminal.signal.aborted ? 130 : 0;
  },
});
