/** `longhaul chunks`: the chunks of a migration. */
import type { ChunkRow } from '../../client/snapshot.ts';
import { printable } from '../../paths.ts';
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
    'Entries, bytes and roots are those of the plan; where the state directory is not seen, they are left empty.',
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
    const all = await withClient({ ...target, name }, async (client, stateDirectory) =>
      withPlan(await client.chunks(name), stateDirectory, name),
    );
    const rows = blocked === true ? all.filter(({ state }) => state === 'blocked') : all;
    if (terminal.json) for (const row of rows) terminal.record('chunk', row);
    else if (rows.length > 0) terminal.print(chunksTable(rows));
    else terminal.say(blocked === true ? 'No chunk is blocked.' : 'No chunk has begun yet.');
    return 0;
  },
});

/** Best effort: the server knows the chunks, the plan what is in them. */
async function withPlan(
  rows: readonly ChunkRow[],
  stateDirectory: string | undefined,
  name: string,
): Promise<readonly ChunkRow[]> {
  if (stateDirectory === undefined) return rows;
  const { openStateDirectory } = await import('../../ledger/state-directory.ts');
  const { parsePlan } = await import('../../policy/chunk-plan-json.ts');
  try {
    const plan = parsePlan(openStateDirectory(stateDirectory).migration(name).readPlan());
    const planned = new Map(plan.chunks.map((chunk) => [chunk.id, chunk]));
    return rows.map((row) => {
      const found = planned.get(row.chunk);
      if (found === undefined) return row;
      const { entries, bytes, roots } = found;
      return { entries, bytes, roots: roots.map(printable), ...row };
    });
  } catch {
    return rows;
  }
}
