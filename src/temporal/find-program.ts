/**
 * Finds a program that can run a Temporal server, in this order: the one that the operator named, an
 * installed one, a cached one, a download by the SDK, a build with Go. If a named program does not work,
 * the search ends: to use another one silently would surprise.
 */
import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { LonghaulError, toFailure } from '../errors/failure.ts';
import { cachedGoTool, goTool, isExecutable } from './go-tool.ts';
import { downloadedProgram, downloadProgram } from './sdk-download.ts';
import { TEMPORAL_CLI, TEMPORAL_CLI_VERSION } from './tools.ts';

/** The oldest version with all features that the workflows use: updates, activity pause, deployments. */
const MIN_SERVER_VERSION = [1, 28] as const;

export interface FindOptions {
  readonly program?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly onProgress?: (message: string) => void;
  readonly signal?: AbortSignal;
}

export interface FoundProgram {
  readonly path: string;
  /** Name of the candidate, for messages. */
  readonly how: string;
}

interface Candidate {
  readonly name: string;
  /** Returns the path of the program, undefined when there is none. Throws when it cannot be used. */
  readonly look: () => Promise<string | undefined>;
}

/** Returns the first candidate that works. Throws SERVER_UNREACHABLE with all candidates and reasons. */
export async function findProgram(options: FindOptions = {}): Promise<FoundProgram> {
  const tried: string[] = [];
  for (const candidate of candidates(options)) {
    const result = await attempt(candidate);
    if (result.path !== undefined) return { path: result.path, how: candidate.name };
    tried.push(`${candidate.name}: ${result.because}`);
    if (options.program !== undefined) break;
  }
  throw new LonghaulError(
    'SERVER_UNREACHABLE',
    `No Temporal server could be started. Tried:\n${tried.map((line) => `  - ${line}`).join('\n')}`,
    { hint: REMEDIES },
  );
}

const REMEDIES = [
  'One of these helps:',
  '  export TEMPORAL_ADDRESS=host:7233         use a running server',
  '  longhaul up --temporal /path/to/temporal  the Temporal command line, from https://docs.temporal.io/cli',
  '  apt-get install golang-go                 then longhaul builds it (Go 1.21 or newer)',
].join('\n');

function candidates(options: FindOptions): Candidate[] {
  const env = options.env ?? process.env;
  const { program } = options;
  if (program !== undefined) {
    return [
      { name: `the program ${program}`, look: async () => checked(await named(program, env)) },
    ];
  }
  const progress = options.onProgress ?? (() => undefined);
  const cached = cachedGoTool(TEMPORAL_CLI, env) ?? downloadedProgram(env);
  return [
    {
      name: 'a `temporal` program on PATH',
      look: async () => checkedIfAny(onPath('temporal', env)),
    },
    { name: `Temporal ${TEMPORAL_CLI_VERSION} from the cache`, look: () => checkedIfAny(cached) },
    {
      name: "the SDK's download",
      look: async () => checked(await downloadProgram({ ...options, env })),
    },
    {
      name: `Temporal ${TEMPORAL_CLI_VERSION} built with Go`,
      look: async () =>
        checked(await goTool(TEMPORAL_CLI, { ...options, env, onProgress: progress })),
    },
  ];
}

type Attempt = { path: string } | { path: undefined; because: string };

async function attempt(candidate: Candidate): Promise<Attempt> {
  try {
    const path = await candidate.look();
    return path === undefined ? { path, because: 'none' } : { path };
  } catch (error) {
    return { path: undefined, because: toFailure(error).message.trim() };
  }
}

function named(program: string, env: NodeJS.ProcessEnv): Promise<string> {
  const path = program.includes('/') ? program : onPath(program, env);
  if (path !== undefined && isExecutable(path)) return Promise.resolve(path);
  return Promise.reject(new Error('there is no such executable file'));
}

/** Returns the first executable of that name in the folders of PATH. */
export function onPath(name: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function checkedIfAny(path: string | undefined): Promise<string | undefined> {
  return path === undefined ? Promise.resolve(undefined) : checked(path);
}

/** Checks the version that the program prints: `temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)`. */
async function checked(path: string): Promise<string> {
  const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: 20_000 });
  const version = /Server (\d+)\.(\d+)[^,)\s]*/.exec(stdout);
  if (version === null) throw new Error(`${path} --version names no server: ${stdout.trim()}`);
  const [major, minor] = [Number(version[1]), Number(version[2])];
  if (
    major < MIN_SERVER_VERSION[0] ||
    (major === MIN_SERVER_VERSION[0] && minor < MIN_SERVER_VERSION[1])
  ) {
    throw new Error(`${path} is too old: ${version[0]}, ${MIN_SERVER_VERSION.join('.')} is needed`);
  }
  return path;
}
