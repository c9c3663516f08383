/** `longhaul start`: begins a migration, or attaches to it. */
import { define } from '../command/command.ts';
import {
  asked,
  byOption,
  jsonOption,
  reasonOption,
  type AskedOptions,
  type JsonOption,
} from '../command/options.ts';
import { specArgument } from '../prepare/check.ts';

export const startCommand = define<[spec: string], AskedOptions & JsonOption>({
  name: 'start',
  summary: 'Start a migration, or attach to the one that runs',
  details:
    'Records the spec and which trees it means, and starts the workflow. With the same spec again it changes nothing; with a changed one it says what differs and refuses.',
  args: [specArgument],
  options: [reasonOption, byOption, jsonOption],
  examples: [
    ['longhaul start acme.yaml', 'begin'],
    ['longhaul start acme.yaml && longhaul watch acme', 'and follow it'],
    ['longhaul start acme.yaml --by "J. Doe" --reason "CAB-1234"', 'with name and reason'],
  ],
  exits: [0, 2, 4, 5],
  run: async (terminal, [file], options) => {
    const { loadSpec } = await import('../../spec/load.ts');
    const { connect } = await import('../../client/client.ts');
    const spec = loadSpec(file);
    const client = await connect({ stateDirectory: spec.stateDirectory });
    try {
      const started = await client.start({ spec, now: new Date(), ...asked(options) });
      if (terminal.json) terminal.record('started', started);
      else if (started.began) terminal.print(`${spec.name} has begun`);
      else terminal.print(`${spec.name} runs already, with this spec`);
      if (!(await client.workersPoll())) {
        terminal.say(
          `No worker is there yet. Start one with: longhaul worker --state ${spec.stateDirectory}`,
        );
      }
    } finally {
      await client.close();
    }
    terminal.say(`Follow it with: longhaul watch ${spec.name}`);
    return 0;
  },
});
