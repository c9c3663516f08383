/** `longhaul up`: a durable server for anyone who has Node. */
import { LonghaulError } from '../../errors/failure.ts';
import type { Server } from '../../temporal/server.ts';
import { define } from '../command/command.ts';
import { jsonOption, parsePort, type JsonOption } from '../command/options.ts';
import type { Terminal } from '../../terminal/terminal.ts';

interface Options extends JsonOption {
  readonly state?: string;
  readonly detach?: boolean;
  readonly port?: number;
  readonly uiPort?: number;
  readonly temporal?: string;
  readonly createNamespace?: boolean;
}

export const upCommand = define<[], Options>({
  name: 'up',
  summary: 'Start a durable Temporal server on this machine',
  details:
    'Takes the server that TEMPORAL_ADDRESS or temporal.toml names; else a temporal program that is named, on PATH, or cached; else fetches or builds one, once. Its database lies in the state directory: stop it any way you like, start it again, and every migration goes on.',
  options: [
    {
      flags: '--state <directory>',
      description:
        'keep its database in this state directory (default: $LONGHAUL_STATE, else ~/.local/state/longhaul)',
    },
    { flags: '-d, --detach', description: 'leave it running and return when it serves' },
    {
      flags: '--port <number>',
      description: 'of the server (default: 7233 when free)',
      parse: parsePort,
    },
    {
      flags: '--ui-port <number>',
      description: 'of the Temporal UI (default: 8233 when free)',
      parse: parsePort,
    },
    { flags: '--temporal <program>', description: 'use this temporal program' },
    {
      flags: '--create-namespace',
      description: 'on a server that TEMPORAL_ADDRESS or temporal.toml names: make its namespace',
    },
    jsonOption,
  ],
  examples: [
    ['longhaul up --detach', 'in the background, until longhaul down'],
    ['longhaul up', 'in the foreground; Ctrl-C stops it'],
    ['longhaul up --state /var/lib/longhaul -d', 'beside the migration it serves'],
    ['longhaul up --temporal ./temporal --port 7300', 'with a program and a port of your own'],
    [
      'TEMPORAL_ADDRESS=temporal:7233 longhaul up --create-namespace',
      'make a server of your own ready',
    ],
  ],
  exits: [0, 2, 5, 130],
  run: async (terminal, _args, options) => {
    const { findStateDirectory } = await import('../../client/pointer.ts');
    const { connectionOptions, ensureServer } = await import('../../temporal/server.ts');
    const stateDirectory = findStateDirectory({ state: options.state });
    const place = stateDirectory === undefined ? {} : { stateDirectory };
    const ranBefore = answers(() => connectionOptions(place));
    const server = await ensureServer({
      lifetime: options.detach === true ? 'detached' : 'with this process',
      onProgress: (message) => terminal.say(message),
      signal: terminal.signal,
      ...place,
      ...(options.port === undefined ? {} : { port: options.port }),
      ...(options.uiPort === undefined ? {} : { uiPort: options.uiPort }),
      ...(options.temporal === undefined ? {} : { program: options.temporal }),
      createNamespace: options.createNamespace === true,
    });
    announce(terminal, server);
    if (options.detach === true || ranBefore || server.pid === undefined) return 0;
    return serve(terminal, server, server.pid);
  },
});

function announce(terminal: Terminal, { address, uiUrl, pid, how, namespace }: Server): void {
  if (terminal.json) {
    terminal.record('server', { address, namespace, uiUrl, pid, how });
    return;
  }
  terminal.print(`Temporal serves at ${address}, namespace ${namespace} (${how})`);
  if (uiUrl !== undefined) terminal.print(`Temporal UI: ${uiUrl}`);
}

/** Until Ctrl-C, or until the server ends by itself. */
async function serve(terminal: Terminal, server: Server, pid: number): Promise<0> {
  terminal.say('Ctrl-C stops it; --detach would leave it running.');
  while (!terminal.signal.aborted) {
    if (!isThere(pid)) {
      throw new LonghaulError('SERVER_UNREACHABLE', `The Temporal server (process ${pid}) ended`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await server.stop();
  terminal.say('stopped; start it again and every migration goes on');
  return 0;
}

/** Whether a server is configured or runs already: then this command has nothing to keep alive. */
function answers(look: () => unknown): boolean {
  try {
    look();
    return true;
  } catch {
    return false;
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
