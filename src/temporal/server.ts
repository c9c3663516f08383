/**
 * The Temporal server that longhaul uses: the configured one, the one that already runs for this state
 * directory, or a new one. Its SQLite file is in the state directory: after a kill and a restart, the
 * server continues every workflow where it stopped.
 */
import { LonghaulError } from '../errors/failure.ts';
import { configuredNamespace, configuredServer } from './configured-server.ts';
import type { ServerConnection } from './server-connection.ts';
import { withFileLock } from './file-lock.ts';
import { findProgram, type FoundProgram } from './find-program.ts';
import { launchServer } from './launch-server.ts';
import { serverFolder } from './folders.ts';
import { choosePort, isFree, LOOPBACK, DEFAULT_PORT, DEFAULT_UI_PORT } from './ports.ts';
import { prepareServer } from './prepare-server.ts';
import { endProcess, isAlive } from './process-identity.ts';
import {
  databasePath,
  lockPath,
  readServerFile,
  writeServerFile,
  type ServerFile,
} from './server-file.ts';

const MAX_TRIES = 3;
const READY_WITHIN_MS = 60_000;

export type Lifetime = 'detached' | 'with this process';

export interface ServerOptions {
  /** Absolute path; the user's state folder when absent. */
  readonly stateDirectory?: string;
  /** Path or name of a `temporal` program to use instead of searching for one. */
  readonly program?: string;
  readonly port?: number;
  readonly uiPort?: number;
  /** 'with this process': the server never outlives this process, even after kill -9. */
  readonly lifetime: Lifetime;
  /** Uses Temporal's default ports if they are free; defaults to true for a detached server. */
  readonly defaultPorts?: boolean;
  /** Creates the namespace on a configured server that does not have it. */
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
  /** URL of the Temporal UI; undefined for a server that longhaul did not start. */
  readonly uiUrl?: string;
  /** Process id of a server that longhaul started. */
  readonly pid?: number;
  /** Stops the server if this call started it; does nothing for any other. */
  stop(): Promise<void>;
}

/**
 * Returns a server that answers and has the namespace and the search attributes; starts one if necessary.
 * Throws SERVER_UNREACHABLE with everything that was tried, USAGE for a port in use. A configured server
 * that does not answer is not replaced by another.
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

/** Stops the server of a state directory. Returns false when none was running. */
export async function stopServer(
  options: Pick<ServerOptions, 'stateDirectory' | 'env'> = {},
): Promise<boolean> {
  const file = readServerFile(serverFolder(options.stateDirectory, options.env));
  return file !== undefined && endProcess(file.process);
}

/**
 * Returns how to reach the server, without starting one or connecting to it. Throws SERVER_UNREACHABLE
 * when none is configured and none runs for this state directory.
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
    how: `already running as process ${file.process.pid}, ${file.how}`,
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
    // A process that is being killed looks alive for a moment: then a new server is started.
    if (dead() !== undefined) return undefined;
    throw error;
  }
  return { ...asServer(connection), ...ownServer(file) };
}

/** Starts a server. A port that was free may be in use when the server listens: then others are tried. */
async function startServer(folder: string, options: StartOptions): Promise<Server> {
  const found = await findProgram(options);
  for (let tries = 1; ; tries++) {
    const ports = await choosePorts(folder, options);
    options.onProgress?.(`starting ${found.path} (${found.how})`);
    try {
      return await startOn(ports, { folder, found, options });
    } catch (error) {
      if (tries >= MAX_TRIES || !/address already in use/.test(String(error))) throw error;
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
 * Chooses the ports. A restarted server keeps its ports, so that workers and operators find it again. A
 * detached server prefers Temporal's default ports; a temporary one leaves them to others.
 */
async function choosePorts(folder: string, options: ServerOptions): Promise<Ports> {
  for (const port of [options.port, options.uiPort]) {
    if (port !== undefined && !(await isFree(port))) throw portInUse(port);
  }
  const last = readServerFile(folder);
  const defaultPorts = options.defaultPorts ?? options.lifetime === 'detached';
  const preferred = (before: number | undefined, standard: number): number[] => [
    ...(before === undefined ? [] : [before]),
    ...(defaultPorts ? [standard] : []),
  ];
  const port = options.port ?? (await choosePort(preferred(last?.port, DEFAULT_PORT)));
  const uiPort = options.uiPort ?? (await choosePort(preferred(last?.uiPort, DEFAULT_UI_PORT)));
  return { port, uiPort };
}

/** The process behind a port in use would be mistaken for the server that is being started. */
function portInUse(port: number): LonghaulError {
  return new LonghaulError('USAGE', `Port ${port} of ${LOOPBACK} is in use`, {
    hint: 'Name another one; without --port and --ui-port, free ones are used.',
  });
}

function asServer(connection: ServerConnection): Server {
  const { address } = connection.connectionOptions;
  return { ...connection, address, stop: () => Promise.resolve() };
}

function ownServer(file: ServerFile): { uiUrl: string; pid: number } {
  return { uiUrl: `http://${LOOPBACK}:${file.uiPort}`, pid: file.process.pid };
}
