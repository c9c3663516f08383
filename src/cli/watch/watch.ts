/** `longhaul watch`: follows a migration until it ends. */
import { LonghaulError } from '../../errors/failure.ts';
import { define } from '../command/command.ts';
import { usage } from '../command/exit.ts';
import {
  jsonOption,
  nameArgument,
  stateOption,
  type JsonOption,
  type StateOption,
} from '../command/options.ts';
import { watchLine } from '../../terminal/texts/status-line.ts';
import { statusText } from '../../terminal/texts/status.ts';
import { eventsBetween } from '../../terminal/texts/watch.ts';
import { withClient } from '../command/with-client.ts';
import type { Snapshot } from '../../client/snapshot.ts';

interface Options extends StateOption, JsonOption {
  readonly every?: string;
}

export const watchCommand = define<[name: string], Options>({
  name: 'watch',
  summary: 'Follow a migration until it ends',
  details:
    'Prints a line for each event (a phase, a round, a blocked chunk) and, on a terminal, a status line below. Ctrl-C stops watching, never the migration.',
  args: [nameArgument],
  options: [
    { flags: '--every <seconds>', description: 'interval between queries (default: 2)' },
    stateOption,
    jsonOption,
  ],
  examples: [
    ['longhaul watch acme', 'until it is done or aborted'],
    ['longhaul watch acme >> acme.log', 'events only: a file gets no status line'],
    ['longhaul watch acme --json --every 60', 'one JSON snapshot per minute'],
  ],
  exits: [0, 2, 3, 5, 130],
  run: async (terminal, [name], options) => {
    const everyMs = 1000 * secondsOf(options.every ?? '2');
    let last: Snapshot | undefined;
    await withClient({ ...options, name }, async (client) => {
      for await (const snapshot of client.follow(name, { everyMs, signal: terminal.signal })) {
        if (terminal.json) terminal.record('status', snapshot);
        else for (const line of eventsBetween(last, snapshot)) terminal.print(line);
        terminal.status(watchLine(snapshot, terminal.columns));
        last = snapshot;
      }
    });
    terminal.status(undefined);
    if (terminal.signal.aborted) {
      throw new LonghaulError('INTERRUPTED', 'Stopped watching; the migration continues', {
        hint: `Watch again with: longhaul watch ${name}`,
      });
    }
    if (last !== undefined && !terminal.json) {
      terminal.print(statusText(last, { now: Date.now(), paint: terminal.paint }));
    }
    return (last?.progress?.blockedCount ?? 0) > 0 ? 3 : 0;
  },
});

function secondsOf(text: string): number {
  const seconds = Number(text);
  if (!(seconds >= 0.2)) throw usage(`--every: expected seconds from 0.2 up, got "${text}"`);
  return seconds;
}
