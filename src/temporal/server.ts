/**
 * The Temporal server that longhaul works with: the configured one, the one that runs already for
 * this state directory, or one started now. Its SQLite file lies in the state directory: a server
 * that was killed and is started again goes on with every workflow where it stood.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { LonghaulError } from '../errors/failure.ts';
import { configuredNamespace, configuredServer } from './configured.ts';
import type { ServerConnection } from './connection.ts';
import { withFileLock } from './file-lock.ts';
import { findProgram, type FoundProgram } from './find.ts';
import { launchServer } from './launch.ts';
import { serverFolder } from './places.ts';
import { choosePort, isFree, LOOPBACK, USUAL_PORT, USUAL_UI_PORT } from './ports.ts';
import { prepareServer } from './prepare.ts';
import { endProcess, identify, isAlive } from './process-identity.ts';
import {
  databasePath,
  lockPath,
  readServerFile,
  writeServerFile,
  type ServerFile,
} from './server-file.ts';

const MOST_TRIES = 3;
const READY_WITHIN_MS = 60_000;

export type Lifetime = 'detached' | 'with this process';

export interface ServerOptions {
  /** Absolute; the user's own state folder when absent. */
  readonly stateDirectory?: string;
  /** Path or name of a `temporal` program to use instead of searching for one. */
  readonly program?: string;
  readonly port?: number;
  readonly uiPort?: number;
  /** 'with this process': it never outlives this process, however that ends. */
  readonly lifetime: Lifetime;
  /** Take Temporal's usual ports when they are free; the default for a detached server. */
  readonly usualPorts?: boolean;
  /** Make the namespace on a configured server that has none of that name. */
  readonly createNamespace?: boolean;
  readonly onProgress?: (message: string) => void;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

type StartOptions = ServerOptions & { readonly env: NodeJS.ProcessEnv };

interface Ports {
  readonly port: number;
  readonly uiPort: number;
}

export interface Server extends ServerConnection {
  readonly address: string;
  /** Temporal UI; undefined for a server that longhaul did not start. */
  readonly uiUrl?: string;
  /** Process id of a server that longhaul started. */
  readonly pid?: number;
  /** Stops the server if this call started it; leaves any other alone. */
  stop(): Promise<void>;
}

/**
 * A server that answers, with namespace and search attributes. Throws SERVER_UNREACHABLE with all
 * that was tried, USAGE for a port in use; a configured address that does not answer is not replaced.
 */
export async function ensureServer(options: ServerOptions): Promise<Server> {
  const env = options.env ?? process.env;
  const configured = configuredServer(env);
  if (configured !== undefined) {
    const createNamespace = options.createNamespace === true;
    await prepareServer(configured, { timeoutMs: 15_000, createNamespace });
    return asServer(configured);
  }
  const folder = serverFolder(options.stateDirectory, env);
  const say = options.onProgress ?? (() => undefined);
  return withFileLock(
    lockPath(folder),
    async () => (await adopt(folder)) ?? (await startServer(folder, { ...options, env })),
    { onWait: (holder) => say(`process ${holder} is starting the server: waiting`) },
  );
}

/** Stops the server of a state directory; false when none was running. */
export async function stopServer(
  options: Pick<ServerOptions, 'stateDirectory' | 'env'> = {},
): Promise<boolean> {
  const file = readServerFile(serverFolder(options.stateDirectory, options.env));
  return file !== undefined && endProcess(file.process);
}

/** Waits until the server's process has ended (true) or the signal aborts (false). */
export async function serverEnded(server: Server, signal: AbortSignal): Promise<boolean> {
  const identity = server.pid === undefined ? undefined : identify(server.pid);
  while (!signal.aborted) {
    if (identity !== undefined && !isAlive(identity)) return true;
    await sleep(500, undefined, { signal }).catch(() => undefined);
  }
  return false;
}

/**
 * How to reach the server, without starting one. Throws SERVER_UNREACHABLE when none is configured
 * and none runs for this state directory. Does not connect.
 */
export function connectionOptions(
  options: Pick<ServerOptions, 'stateDirectory' | 'env'> = {},
): ServerConnection {
  const configured = configuredServer(options.env);
  if (configured !== undefined) return configured;
  const folder = serverFolder(options.stateDirectory, options.env);
  const file = readServerFile(folder);
  if (file !== undefined && isAlive(file.process)) return connectionTo(file);
  const last = file === undefined ? '' : `; the last one (process ${file.process.pid}) is gone`;
  throw new LonghaulError('SERVER_UNREACHABLE', `No Temporal server runs for ${folder}${last}`);
}

function connectionTo(file: ServerFile): ServerConnection {
  return {
    connectionOptions: { address: `${LOOPBACK}:${file.port}` },
    namespace: file.namespace,
    how: `the server that runs already (process ${file.process.pid}, ${file.how})`,
  };
}

async function adopt(folder: string): Promise<Server | undefined> {
  const file = readServerFile(folder);
  if (file === undefined || !isAlive(file.process)) return undefined;
  const connection = connectionTo(file);
  const dead = (): string | undefined => (isAlive(file.process) ? undefined : 'its process ended');
  try {
    await prepareServer(connection, { timeoutMs: READY_WITHIN_MS, dead });
  } catch (error) {
    // A process that is being killed looks alive for a moment: then it is a new one that is wanted.
    if (dead() !== undefined) return undefined;
    throw error;
  }
  return { ...asServer(connection), ...ownServer(file) };
}

/** A port that was free may be taken before the server listens at it: then it tries others. */
async function startServer(folder: string, options: StartOptions): Promise<Server> {
  const found = await findProgram(options);
  for (let tries = 1; ; tries++) {
    const ports = await choosePorts(folder, options);
    options.onProgress?.(`starting ${found.path} (${found.how})`);
    try {
      return await startOn(ports, { folder, found, options });
    } catch (error) {
      if (tries >= MOST_TRIES || !/address already in use/.test(String(error))) throw error;
    }
  }
}

interface Start {
  readonly folder: string;
  readonly found: FoundProgram;
  readonly options: StartOptions;
}

async function startOn(ports: Ports, { folder, found, options }: Start): Promise<Server> {
  const namespace = configuredNamespace(options.env);
  const launched = await launchServer({ folder, program: found.path, namespace, ...ports });
  const file: ServerFile = {
    v: 1,
    process: launched.identity,
    ...ports,
    namespace,
    database: databasePath(folder),
    program: found.path,
    how: found.how,
    startedAt: new Date().toISOString(),
  };
  writeServerFile(folder, file);
  const connection = { ...connectionTo(file), how: found.how };
  const stop = async (): Promise<void> => void (await endProcess(launched.identity));
  try {
    await prepareServer(connection, { timeoutMs: READY_WITHIN_MS, dead: launched.dead });
  } catch (error) {
    await stop();
    throw error;
  }
  if (options.lifetime === 'detached') launched.keep();
  return { ...asServer(connection), ...ownServer(file), stop };
}

/**
 * A server that comes back keeps its ports, so that workers and operators find it again. A lasting
 * one takes Temporal's usual ports when they are free; a passing one leaves those alone.
 */
async function choosePorts(folder: string, options: ServerOptions): Promise<Ports> {
  for (const port of [options.port, options.uiPort]) {
    if (port !== undefined && !(await isFree(port))) throw portInUse(port);
  }
  const last = readServerFile(folder);
  const usualPorts = options.usualPorts ?? options.lifetime === 'detached';
  const preferred = (before: number | undefined, usual: number): number[] => [
    ...(before === undefined ? [] : [before]),
    ...(usualPorts ? [usual] : []),
  ];
  const port = options.port ?? (await choosePort(preferred(last?.port, USUAL_PORT)));
  const uiPort = options.uiPort ?? (await choosePort(preferred(last?.uiPort, USUAL_UI_PORT)));
  return { port, uiPort };
}

/** Whoever answers there would be taken for the server that is being started. */
function portInUse(port: number): LonghaulError {
  return new LonghaulError('USAGE', `Port ${port} of ${LOOPBACK} is in use`, {
    hint: 'Name another, or none: then a free one is taken.',
  });
}

function asServer(connection: ServerConnection): Server {
  const { address } = connection.connectionOptions;
  return { ...connection, address, stop: () => Promise.resolve() };
}

function ownServer(file: ServerFile): { uiUrl: string; pid: number } {
  return { uiUrl: `http://${LOOPBACK}:${file.uiPort}`, pid: file.process.pid };
}
