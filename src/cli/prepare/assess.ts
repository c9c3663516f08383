/** `longhaul assess`: what is there, before the first byte moves. */
import { define } from '../command/command.ts';
import { jsonOption, type JsonOption } from '../command/options.ts';
import { specArgument } from './check.ts';

export const assessCommand = define<[spec: string], JsonOption>({
  name: 'assess',
  summary: 'Scan the source and tell what is there and how long it will take',
  details:
    'One fast, read-only look at the source: entries and bytes, what cannot be read, what the destination cannot hold, days at the given bandwidth and what dominates them, and draft exceptions. With engine: datasync also the account: agents, file system, policies, quotas, each with its fix. What it found is kept in the state directory; the next assessment tells what changed since.',
  args: [specArgument],
  options: [jsonOption],
  examples: [
    ['longhaul assess acme.yaml', 'for people'],
    ['longhaul assess acme.yaml --json > before.json', 'for machines, and to compare later'],
    ['longhaul plan acme.yaml', 'then the chunks, from the same scan'],
  ],
  exits: [0, 2, 3, 4, 5, 130],
  run: async (terminal, [file]) => {
    const { loadSpec } = await import('../../spec/load.ts');
    const { assessTree } = await import('./assess-tree.ts');
    const { isDataSyncSpec } = await import('../../spec/kinds.ts');
    const { assessAccount } = await import('./assess-account.ts');
    const spec = loadSpec(file);
    if (isDataSyncSpec(spec)) return assessAccount(terminal, spec);
    await assessTree(terminal, spec);
    return 0;
  },
});
