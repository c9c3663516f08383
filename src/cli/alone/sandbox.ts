/** `longhaul sandbox`: DataSync, EFS and a little S3 on this machine, to rehearse against. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { LonghaulError } from '../../errors/failure.ts';
import type { Sandbox, SandboxOptions } from '../../sandbox/sandbox.ts';
import { define, repeated } from '../command/command.ts';
import { jsonOption, parsePort, type JsonOption } from '../command/options.ts';
import { environmentOf, environmentText } from '../../terminal/texts/sandbox.ts';
import {
  parseAccount,
  parseRegion,
  parseSeed,
  parseTimeScale,
  readAgents,
  readExports,
} from './sandbox-options.ts';
import type { Terminal } from '../../terminal/terminal.ts';

interface Options extends JsonOption {
  readonly root?: string;
  readonly exports?: readonly string[];
  readonly agent?: readonly string[];
  readonly faults?: string;
  readonly timeScale?: number;
  readonly seed?: number;
  readonly region?: string;
  readonly account?: string;
  readonly port?: number;
}

export const sandboxCommand = define<[], Options>({
  name: 'sandbox',
  summary: 'Serve DataSync, EFS and S3 on this machine, to rehearse without an account',
  details:
    'Speaks the wire protocols on loopback, so that longhaul, the AWS CLI and any SDK can be pointed at it. Exports, file systems and buckets are plain directories, and executions really move bytes between them. Prints the environment to export to stdout, everything else to stderr; Ctrl-C ends it.',
  options: [
    {
      flags: '--root <directory>',
      description:
        'keep file systems and buckets here (default: a folder that is removed at the end)',
    },
    {
      flags: '--exports <where>',
      description:
        'what NFS servers export: SERVER:/PATH=DIRECTORY, or a directory with a folder for each server; may be repeated (default: nfs/ in the root)',
      parse: repeated,
    },
    {
      flags: '--agent <agent>',
      description: 'an agent that is there from the start, by name or ARN; may be repeated',
      parse: repeated,
    },
    { flags: '--faults <file>', description: 'what goes wrong, and when: a YAML fault script' },
    {
      flags: '--time-scale <factor>',
      description: 'how many times as fast as the clock its time runs (default: 1)',
      parse: parseTimeScale,
    },
    {
      flags: '--seed <number>',
      description: 'of everything that is random (default: 1)',
      parse: parseSeed,
    },
    {
      flags: '--region <region>',
      description: 'of what is made in it (default: eu-central-1)',
      parse: parseRegion,
    },
    {
      flags: '--account <number>',
      description: 'that owns it (default: 111122223333)',
      parse: parseAccount,
    },
    {
      flags: '--port <number>',
      description: 'of the server (default: one that is free)',
      parse: parsePort,
    },
    jsonOption,
  ],
  examples: [
    ['longhaul sandbox', 'empty, on a free port'],
    ['longhaul sandbox --time-scale 600 --agent site-a', 'ten minutes of waiting pass in a second'],
    [
      'longhaul sandbox --exports nfs.example:/data=/srv/copy --root ./rehearsal',
      'with a tree of your own as the export',
    ],
    [
      'longhaul sandbox --faults faults.yaml > sandbox.env &',
      'in the background; then: . ./sandbox.env',
    ],
  ],
  exits: [0, 2],
  run: async (terminal, _args, options) => {
    const { loadFaultScript } = await import('../../sandbox/world/fault-file.ts');
    const exports = readExports(options.exports ?? []);
    const faults = options.faults === undefined ? {} : { faults: loadFaultScript(options.faults) };
    const folder = folderFor(options.root);
    try {
      const sandbox = await start(options, {
        root: folder.path,
        exports,
        ...faults,
        onFault: (what) => terminal.say(`fault: ${what}`),
      });
      announce(terminal, sandbox, { root: folder.path, exports });
      await aborted(terminal.signal);
      await sandbox.close();
    } finally {
      folder.release();
    }
    terminal.say(folder.kept ? `stopped; the bytes are in ${folder.path}` : 'stopped');
    return 0;
  },
});

interface Folder {
  readonly path: string;
  readonly kept: boolean;
  release(): void;
}

function folderFor(asked: string | undefined): Folder {
  if (asked !== undefined) {
    const path = resolve(asked);
    mkdirSync(path, { recursive: true });
    return { path, kept: true, release: () => undefined };
  }
  const path = mkdtempSync(join(tmpdir(), 'longhaul-sandbox-'));
  return { path, kept: false, release: () => rmSync(path, { recursive: true, force: true }) };
}

type Place = Pick<SandboxOptions, 'root' | 'exports' | 'faults' | 'onFault'>;

async function start(
  { agent = [], timeScale = 1, seed, region, account, port }: Options,
  place: Place,
): Promise<Sandbox> {
  const { startSandbox } = await import('../../sandbox/sandbox.ts');
  try {
    return await startSandbox({
      ...place,
      time: timeScale,
      agents: readAgents(agent),
      ...(seed === undefined ? {} : { seed }),
      ...(region === undefined ? {} : { region }),
      ...(account === undefined ? {} : { account }),
      ...(port === undefined ? {} : { port }),
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    throw new LonghaulError('USAGE', `Port ${port} cannot be used (${code})`, {
      hint: 'Leave --port out to take one that is free.',
      cause: error,
    });
  }
}

function announce(terminal: Terminal, sandbox: Sandbox, { root, exports = {} }: Place): void {
  const environment = environmentOf(sandbox);
  const agents = [...sandbox.world.agents.values()].map(({ arn, name }) => ({ arn, name }));
  if (terminal.json) {
    const { endpoint } = sandbox;
    terminal.record('sandbox', { endpoint, root, exports, agents, environment });
    return;
  }
  terminal.print(environmentText(environment));
  terminal.say(`DataSync, EFS and S3 answer at ${sandbox.endpoint}`);
  for (const { arn, name } of agents) terminal.say(`agent ${name}: ${arn}`);
  for (const [name, directory] of Object.entries(exports)) terminal.say(`${name} is ${directory}`);
  terminal.say(`other exports: ${root}/nfs/SERVER/PATH; file systems: ${root}/efs/ID`);
  terminal.say('Ctrl-C stops it.');
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
