/** `longhaul chunks`: the chunks of a migration. */
import { withPlan } from '../../client/chunk-rows.ts';
import type { ChunkPlan } from '../../policy/chunks.ts';
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
  details:
    'States come from the server; entries, bytes and roots are those of the plan, where the state directory is seen.',
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
    const all = await withClient({ ...target, name }, async (client, stateDirectory) => {
      const known = await client.chunks(name);
      const plan = stateDirectory === undefined ? undefined : await planIn(stateDirectory, name);
      return plan === undefined ? known : withPlan(known, plan);
    });
    const rows = blocked === true ? all.filter(({ state }) => state === 'blocked') : all;
    if (terminal.json) for (const row of rows) terminal.record('chunk', row);
    else if (rows.length > 0) terminal.print(chunksTable(rows));
    else terminal.say(blocked === true ? 'No chunk is blocked.' : 'No chunk has begun yet.');
    return 0;
  },
});

/** Entries and bytes as planned; undefined where the state directory is not seen or has no plan yet. */
async function planIn(stateDirectory: string, name: string): Promise<ChunkPlan | undefined> {
  const { openStateDirectory } = await import('../../ledger/state-directory.ts');
  const { parsePlan } = await import('../../policy/chunk-plan-json.ts');
  try {
    const plan = openStateDirectory(stateDirectory).migration(name).readPlan<unknown>();
    return plan === undefined ? undefined : parsePlan(plan);
  } catch {
    return undefined;
  }
}
