/** `longhaul down`: stops what `up` started. */
import { define } from '../command/command.ts';
import { jsonOption, type JsonOption } from '../command/options.ts';

export const downCommand = define<[], JsonOption & { readonly state?: string }>({
  name: 'down',
  summary: 'Stop the Temporal server that up started',
  details:
    'Migrations pause until it is started again, and lose nothing. A server that TEMPORAL_ADDRESS names is not touched.',
  options: [
    {
      flags: '--state <directory>',
      description:
        'state directory of the server (default: $LONGHAUL_STATE, else ~/.local/state/longhaul)',
    },
    jsonOption,
  ],
  examples: [
    ['longhaul down', 'stop the server of the current user'],
    ['longhaul down --state /var/lib/longhaul', 'stop the server of a state directory'],
    ['longhaul up --detach', 'start it again: every migration continues'],
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
