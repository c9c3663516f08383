/** `longhaul check`: a spec, offline. */
import { define } from '../command/command.ts';
import { jsonOption, type JsonOption } from '../command/options.ts';

export const specArgument = ['<spec>', 'the migration spec, a YAML file'] as const;

export const checkCommand = define<[spec: string], JsonOption>({
  name: 'check',
  summary: 'Check a migration spec without touching anything',
  details:
    'Names every problem at once, each with its line, what was expected and what was found. Needs no server and no network.',
  args: [specArgument],
  options: [jsonOption],
  examples: [
    ['longhaul check acme.yaml', 'says what it means, or every problem'],
    ['longhaul check acme.yaml --json', 'the spec as the program reads it, defaults filled in'],
    ['longhaul check acme.yaml && longhaul assess acme.yaml', 'and on with the next step'],
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
