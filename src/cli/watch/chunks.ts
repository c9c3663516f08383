/** `longhaul chunks`: lists the chunks of a migration. */
import { withPlan } from '../../client/chunk-rows.ts';
import { join } from 'node:path';
import type { ChunkRow } from '../../client/snapshot.ts';
import type { ChunkPlan } from '../../policy/chunks/plan.ts';
import { define } from '../command/command.ts';
import { usage } from '../command/exit.ts';
import {
  jsonOption,
  nameArgument,
  stateOption,
  type JsonOption,
  type StateOption,
} from '../command/options.ts';
import { chunksTable } from '../../terminal/texts/listings.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { withClient } from '../command/with-client.ts';

interface Options extends StateOption, JsonOption {
  readonly blocked?: boolean;
  readonly entries?: boolean;
}

export const chunksCommand = define<[name: string], Options>({
  name: 'chunks',
  summary: 'List the chunks of a migration with their states',
  details:
    'States come from the server. Entries, bytes and roots come from the plan, if the state directory is mounted here.',
  args: [nameArgument],
  options: [
    { flags: '--blocked', description: 'only chunks that wait for an operator' },
    {
      flags: '--entries',
      description: 'blocked chunks with the entries that block them; needs the state directory',
    },
    stateOption,
    jsonOption,
  ],
  examples: [
    ['longhaul chunks acme', 'all chunks'],
    ['longhaul chunks acme --blocked', 'blocked chunks with their reasons'],
    ['longhaul chunks acme --entries', 'blocked chunks with each entry that blocks them'],
    ['longhaul chunks acme --json', 'one record per chunk'],
  ],
  exits: [0, 2, 5],
  run: async (terminal, [name], { blocked, entries, ...target }) => {
    const { all, stateDirectory } = await withClient({ ...target, name }, async (client, state) => {
      const known = await client.chunks(name);
      const plan = state === undefined ? undefined : await planIn(state, name);
      const rows = plan === undefined ? known : withPlan(known, plan);
      return { all: rows, stateDirectory: state };
    });
    const only = blocked === true || entries === true;
    const rows = only ? all.filter(({ state }) => state === 'blocked') : all;
    if (rows.length === 0) {
      terminal.say(only ? 'No chunk is blocked.' : 'No chunk has begun yet.');
    } else if (entries === true) await printEntries(terminal, rows, { name, stateDirectory });
    else if (terminal.json) for (const row of rows) terminal.record('chunk', row);
    else terminal.print(chunksTable(rows));
    return 0;
  },
});

/** Prints each chunk and below it the entries that block it. Throws USAGE without a state directory. */
async function printEntries(
  terminal: Terminal,
  rows: readonly ChunkRow[],
  { name, stateDirectory }: { readonly name: string; readonly stateDirectory: string | undefined },
): Promise<void> {
  if (stateDirectory === undefined) {
    throw usage(
      `The entries of ${name} are in its state directory, which is not known here`,
      'Name it with --state DIRECTORY or LONGHAUL_STATE.',
    );
  }
  const { openStateDirectory } = await import('../../state/state-directory.ts');
  const { openPaths } = await import('../../engines/posix/standalone/open-entries.ts');
  const store = openStateDirectory(stateDirectory).migration(name);
  for (const row of rows) {
    if (terminal.json) terminal.record('chunk', row);
    else terminal.print(chunksTable([row]).split('\n').slice(1).join('\n'));
    const folder = join(store.chunkDirectory(row.chunk), `round-${row.round ?? 0}`);
    for (const { path, code, message } of openPaths(folder)) {
      if (terminal.json) terminal.record('entry', { chunk: row.chunk, path, code, message });
      else terminal.print(`    ${path}  ${code}: ${message}`);
    }
  }
}

/** Reads the plan. Undefined when the state directory is not mounted here or has no plan yet. */
async function planIn(stateDirectory: string, name: string): Promise<ChunkPlan | undefined> {
  const { openStateDirectory } = await import('../../state/state-directory.ts');
  try {
    return openStateDirectory(stateDirectory).migration(name).readPlan();
  } catch {
    return undefined;
  }
}
