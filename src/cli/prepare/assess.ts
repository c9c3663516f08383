/** `longhaul assess`: reports what a migration will meet, before the first byte moves. */
import { define } from '../command/command.ts';
import { jsonOption, specArgument, type JsonOption } from '../command/options.ts';

export const assessCommand = define<[spec: string], JsonOption>({
  name: 'assess',
  summary: 'Scan the source and report its content and how long it will take',
  details:
    'A fast, read-only scan of the source. Reports entries and bytes, what cannot be read, what the destination cannot hold, the duration at the given bandwidth and what dominates it, and draft exceptions. With engine: datasync it also checks the AWS account: agents, file system, policies and quotas, each with its fix. The result is kept in the state directory, and the next assessment reports what changed since.',
  args: [specArgument],
  options: [jsonOption],
  examples: [
    ['longhaul assess acme.yaml', 'as text'],
    ['longhaul assess acme.yaml --json > before.json', 'as JSON, for a later comparison'],
    ['longhaul plan acme.yaml', 'print the chunks, from the same scan'],
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
