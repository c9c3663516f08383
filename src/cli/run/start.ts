/** `longhaul start`: starts a migration, or attaches to a running one. */
import { define } from '../command/command.ts';
import {
  attribution,
  byOption,
  jsonOption,
  reasonOption,
  specArgument,
  type AttributionOptions,
  type JsonOption,
} from '../command/options.ts';

export const startCommand = define<[spec: string], AttributionOptions & JsonOption>({
  name: 'start',
  summary: 'Start a migration, or attach to a running one',
  details:
    'Records the spec and the identity of both trees, and starts the workflow. With the same spec again it changes nothing; with a changed spec it prints the differences and fails.',
  args: [specArgument],
  options: [reasonOption, byOption, jsonOption],
  examples: [
    ['longhaul start acme.yaml', 'start the migration'],
    ['longhaul start acme.yaml && longhaul watch acme', 'start and follow it'],
    [
      'longhaul start acme.yaml --by "J. Doe" --reason "CAB-1234"',
      'record who started it, and why',
    ],
  ],
  exits: [0, 2, 4, 5],
  run: async (terminal, [file], options) => {
    const { loadSpec } = await import('../../spec/load.ts');
    const { connect } = await import('../../client/client.ts');
    const spec = loadSpec(file);
    const client = await connect({ stateDirectory: spec.stateDirectory });
    try {
      const started = await client.start({ spec, now: new Date(), ...attribution(options) });
      if (terminal.json) terminal.record('started', started);
      else if (started.began) terminal.print(`${spec.name} has begun`);
      else terminal.print(`${spec.name} is already running with this spec`);
      if (!(await client.workersPoll())) {
        terminal.say(
          `No worker is running yet. Start one with: longhaul worker --state ${spec.stateDirectory}`,
        );
      }
    } finally {
      await client.close();
    }
    terminal.say(`Follow it with: longhaul watch ${spec.name}`);
    return 0;
  },
});
