/** `longhaul up`: starts a durable Temporal server. */
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
    'Uses the server that TEMPORAL_ADDRESS or temporal.toml names. Otherwise it starts a temporal program: the one given, one on PATH, or a cached one, which is downloaded or built the first time. The database is in the state directory: however the server was stopped, every migration continues when it is started again.',
  options: [
    {
      flags: '--state <directory>',
      description:
        'state directory that holds its database (default: $LONGHAUL_STATE, else ~/.local/state/longhaul)',
    },
    { flags: '-d, --detach', description: 'run it in the background; return when it is ready' },
    {
      flags: '--port <number>',
      description: 'port of the server (default: 7233 if free)',
      parse: parsePort,
    },
    {
      flags: '--ui-port <number>',
      description: 'port of the Temporal UI (default: 8233 if free)',
      parse: parsePort,
    },
    { flags: '--temporal <program>', description: 'use this temporal program' },
    {
      flags: '--create-namespace',
      description:
        'create the namespace on the server that TEMPORAL_ADDRESS or temporal.toml names',
    },
    jsonOption,
  ],
  examples: [
    ['longhaul up --detach', 'in the background, until longhaul down'],
    ['longhaul up', 'in the foreground; Ctrl-C stops it'],
    ['longhaul up --state /var/lib/longhaul -d', 'with its database in this state directory'],
    ['longhaul up --temporal ./temporal --port 7300', 'with a given program and port'],
    [
      'TEMPORAL_ADDRESS=temporal:7233 longhaul up --create-namespace',
      'prepare a server of your own',
    ],
  ],
  exits: [0, 2, 5, 130],
  run: async (terminal, _args, options) => {
    const { findStateDirectory } = await import('../../client/pointer.ts');
    const { connectionOptions, ensureServer } = await import('../../temporal/server.ts');
    const stateDirectory = findStateDirectory({ state: options.state });
    const location = stateDirectory === undefined ? {} : { stateDirectory };
    const ranBefore = succeeds(() => connectionOptions(location));
    const server = await ensureServer({
      lifetime: options.detach === true ? 'detached' : 'with this process',
      onProgress: (message) => terminal.say(message),
      signal: terminal.signal,
      ...location,
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

/** Waits for Ctrl-C and stops the server. Throws SERVER_UNREACHABLE when the server ends before. */
async function serve(terminal: Terminal, server: Server, pid: number): Promise<0> {
  terminal.say('Ctrl-C stops it; with --detach it would keep running.');
  while (!terminal.signal.aborted) {
    if (!isRunning(pid)) {
      throw new LonghaulError('SERVER_UNREACHABLE', `The Temporal server (process ${pid}) ended`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await server.stop();
  terminal.say('stopped; every migration continues when it is started again');
  return 0;
}

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
