/** `longhaul list`: lists the migrations on a server. */
import { define } from '../command/command.ts';
import { jsonOption, stateOption, type JsonOption, type StateOption } from '../command/options.ts';
import { migrationsTable } from '../../terminal/texts/listings.ts';
import { withClient } from '../command/with-client.ts';

export const listCommand = define<[], StateOption & JsonOption>({
  name: 'list',
  summary: 'List the migrations on the server',
  options: [stateOption, jsonOption],
  examples: [
    ['longhaul list', 'name, phase, round, blocked chunks'],
    ['longhaul list --json', 'one record per migration'],
    ['TEMPORAL_ADDRESS=temporal:7233 longhaul list', 'the migrations on another server'],
  ],
  exits: [0, 2, 5],
  run: async (terminal, _args, options) => {
    const { recordedStart } = await import('../../client/recorded-start.ts');
    const rows = await withClient(options, (client) =>
      client.list((name) => recordedStart(name, options)),
    );
    if (terminal.json) for (const row of rows) terminal.record('migration', row);
    else if (rows.length > 0) terminal.print(migrationsTable(rows));
    else terminal.say('There are no migrations yet. Start one with: longhaul start SPEC');
    return 0;
  },
});
