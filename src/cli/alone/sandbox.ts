/** `longhaul sandbox`: DataSync, EFS and parts of S3 on this machine, for rehearsals. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { LonghaulError } from '../../errors/failure.ts';
import type { Sandbox, SandboxOptions } from '../../sandbox/sandbox.ts';
import { define, repeated } from '../command/command.ts';
import { jsonOption, parsePort, type JsonOption } from '../command/options.ts';
import { untilAborted } from '../command/until-aborted.ts';
import { environmentOf, environmentText } from '../../terminal/texts/sandbox.ts';
import {
  parseAccount,
  parseRegion,
  parseSeed,
  parseTimeScale,
  readAgents,
  readExports,
} from './parse-sandbox-options.ts';
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
  summary: 'Serve DataSync, EFS and S3 on this machine, for rehearsals without an AWS account',
  details:
    'Implements the AWS wire protocols on loopback for longhaul, the AWS CLI and any SDK. Exports, file systems and buckets are plain directories, and executions really move bytes between them. Prints the environment variables to set to stdout, everything else to stderr; Ctrl-C stops it.',
  options: [
    {
      flags: '--root <directory>',
      description:
        'where file systems and buckets are kept (default: a folder that is removed at the end)',
    },
    {
      flags: '--exports <where>',
      description:
        'exports of NFS servers: SERVER:/PATH=DIRECTORY, or a directory with a folder for each server; may be repeated (default: nfs/ in the root)',
      parse: repeated,
    },
    {
      flags: '--agent <agent>',
      description: 'an agent that exists from the start, by name or ARN; may be repeated',
      parse: repeated,
    },
    { flags: '--faults <file>', description: 'a fault script in YAML: what goes wrong, and when' },
    {
      flags: '--time-scale <factor>',
      description: 'speed of its clock, as a multiple of real time (default: 1)',
      parse: parseTimeScale,
    },
    {
      flags: '--seed <number>',
      description: 'seed of the random numbers (default: 1)',
      parse: parseSeed,
    },
    {
      flags: '--region <region>',
      description: 'AWS region of its resources (default: eu-central-1)',
      parse: parseRegion,
    },
    {
      flags: '--account <number>',
      description: 'AWS account of its resources (default: 111122223333)',
      parse: parseAccount,
    },
    {
      flags: '--port <number>',
      description: 'port of the server (default: any free port)',
      parse: parsePort,
    },
    jsonOption,
  ],
  examples: [
    ['longhaul sandbox', 'an empty sandbox on a free port'],
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
      await untilAborted(terminal.signal);
      await sandbox.close();
    } finally {
      folder.release();
    }
    terminal.say(folder.kept ? `stopped; the bytes are in ${folder.path}` : 'stopped');
    return 0;
  },
});

interface RootFolder {
  readonly path: string;
  readonly kept: boolean;
  release(): void;
}

function folderFor(root: string | undefined): RootFolder {
  if (root !== undefined) {
    const path = resolve(root);
    mkdirSync(path, { recursive: true });
    return { path, kept: true, release: () => undefined };
  }
  const path = mkdtempSync(join(tmpdir(), 'longhaul-sandbox-'));
  return { path, kept: false, release: () => rmSync(path, { recursive: true, force: true }) };
}

type SandboxContent = Pick<SandboxOptions, 'root' | 'exports' | 'faults' | 'onFault'>;

async function start(
  { agent = [], timeScale = 1, seed, region, account, port }: Options,
  content: SandboxContent,
): Promise<Sandbox> {
  const { startSandbox } = await import('../../sandbox/sandbox.ts');
  try {
    return await startSandbox({
      ...content,
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
      hint: 'Without --port, a free one is used.',
      cause: error,
    });
  }
}

function announce(
  terminal: Terminal,
  sandbox: Sandbox,
  { root, exports = {} }: SandboxContent,
): void {
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
