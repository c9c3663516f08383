/** `longhaul status`: prints the current state of a migration. */
import { define } from '../command/command.ts';
import {
  jsonOption,
  nameArgument,
  stateOption,
  type JsonOption,
  type StateOption,
} from '../command/options.ts';
import { statusText } from '../../terminal/texts/status.ts';
import { withClient } from '../command/with-client.ts';

export const statusCommand = define<[name: string], StateOption & JsonOption>({
  name: 'status',
  summary: 'Show where a migration stands and what you can do now',
  details:
    'docs/operating.md explains the phases and conditions. When no worker answers, it shows what the server knows and says so.',
  args: [nameArgument],
  options: [stateOption, jsonOption],
  examples: [
    ['longhaul status acme', 'phase, round, rate, blocked chunks, cutover gate'],
    ['longhaul status acme --json', 'the same as one JSON record'],
    ['longhaul watch acme', 'follow the migration until it ends'],
  ],
  exits: [0, 2, 5],
  run: async (terminal, [name], options) => {
    const snapshot = await withClient({ ...options, name }, (client) => client.snapshot(name));
    if (terminal.json) terminal.record('status', snapshot);
    else terminal.print(statusText(snapshot, { now: Date.now(), paint: terminal.paint }));
    return 0;
  },
});
