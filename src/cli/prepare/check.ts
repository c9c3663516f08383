/** `longhaul check`: validates a spec, offline. */
import { define } from '../command/command.ts';
import { jsonOption, specArgument, type JsonOption } from '../command/options.ts';

export const checkCommand = define<[spec: string], JsonOption>({
  name: 'check',
  summary: 'Check a migration spec without touching anything',
  details:
    'Reports all problems at once, each with its line, the expected and the found value. Needs no server and no network.',
  args: [specArgument],
  options: [jsonOption],
  examples: [
    ['longhaul check acme.yaml', 'print what will move where, or all problems'],
    ['longhaul check acme.yaml --json', 'print the spec with all defaults'],
    ['longhaul check acme.yaml && longhaul assess acme.yaml', 'check, then assess the source'],
  ],
  exits: [0, 2],
  run: async (terminal, [file]) => {
    const { loadSpec } = await import('../../spec/load.ts');
    const { treeName } = await import('../../spec/kinds.ts');
    const spec = loadSpec(file);
    if (terminal.json) terminal.record('spec', { spec });
    else {
      terminal.print(
        `${file} is fine: ${spec.name} moves ${treeName(spec.source)} to ${treeName(spec.destination)}`,
      );
    }
    return 0;
  },
});
