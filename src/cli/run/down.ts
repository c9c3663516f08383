/** `longhaul down`: stops what `up` started. */
import { define } from '../command/command.ts';
import { jsonOption, type JsonOption } from '../command/options.ts';

export const downCommand = define<[], JsonOption & { readonly state?: string }>({
  name: 'down',
  summary: 'Stop the Temporal server that up started',
  details:
    'Migrations stand still meanwhile and lose nothing. A server that TEMPORAL_ADDRESS names is left alone.',
  options: [
    {
      flags: '--state <directory>',
      description:
        'of this state directory (default: $LONGHAUL_STATE, else ~/.local/state/longhaul)',
    },
    jsonOption,
  ],
  examples: [
    ['longhaul down', 'the server of this account'],
    ['longhaul down --state /var/lib/longhaul', 'the server of a state directory'],
    ['longhaul up --detach', 'start it again: every migration goes on'],
  ],
  exits: [0, 2],
  run: async (terminal, _args, { state }) => {
    const { findStateDirectory } = await import('../../client/pointer.ts');
    const { stopServer } = await import('../../temporal/server.ts');
    const stateDirectory = findStateDirectory({ state });
    const stopped = await stopServer(stateDirectory === undefined ? {} : { stateDirectory });
    if (terminal.json) terminal.record('down', { stopped });
    else terminal.print(stopped ? 'stopped' : 'no server was running');
    return 0;
  },
});
