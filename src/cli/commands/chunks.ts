/** `longhaul chunks`: the chunks of a migration. */
import { define } from '../command.ts';
import { jsonOption, stateOption } from '../options.ts';
import type { JsonOption, StateOption } from '../options.ts';
import { chunksTable } from '../render/listings.ts';
import { nameArgument } from '../tell.ts';
import { withClient } from '../with-client.ts';

interface Options extends StateOption, JsonOption {
  readonly blocked?: boolean;
}

export const chunksCommand = define<[name: string], Options>({
  name: 'chunks',
  summary: 'List the chunks of a migration with their states',
  args: [nameArgument],
  options: [
    { flags: '--blocked', description: 'only those that wait for a person' },
    stateOption,
    jsonOption,
  ],
  examples: [
    ['longhaul chunks acme', 'all of them'],
    ['longhaul chunks acme --blocked', 'those that wait for you, with their reasons'],
    ['longhaul chunks acme --json', 'one record a chunk'],
  ],
  exits: [0, 2, 5],
  run: async (terminal, [name], { blocked, ...target }) => {
    const all = await withClient({ ...target, name }, (client) => client.chunks(name));
    const rows = blocked === true ? all.filter(({ state }) => state === 'blocked') : all;
    if (terminal.json) for (const row of rows) terminal.record('chunk', row);
    else if (rows.length > 0) terminal.print(chunksTable(rows));
    else terminal.say(blocked === true ? 'No chunk is blocked.' : 'No chunk has begun yet.');
    return 0;
  },
});
