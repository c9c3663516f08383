/**
 * Starts the server process in a session of its own, so that Ctrl-C at the terminal reaches longhaul
 * first. A guard shell between them reads a pipe that only this process holds. When this process ends for
 * any reason, the kernel closes the pipe and the guard kills the server, unless it was told to keep it.
 *
 * The server inherits a locked descriptor: while it lives, no second server can start on its database,
 * even if the file with its pid is lost.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { LonghaulError } from '../errors/failure.ts';
import { openLocked } from '../state/flock.ts';
import { LOOPBACK } from './ports.ts';
import { identify, type ProcessIdentity } from './process-identity.ts';
import { databasePath, logPath } from './server-file.ts';

export interface LaunchOptions {
  readonly folder: string;
  readonly program: string;
  readonly port: number;
  readonly uiPort: number;
  readonly namespace: string;
}

export interface LaunchedServer {
  readonly identity: ProcessIdentity;
  /** Returns why it ended, with the last lines of its log; undefined while it runs. */
  readonly dead: () => string | undefined;
  /** Lets it outlive this process. */
  readonly keep: () => void;
}

/**
 * $@ is the server's command line, stdin the pipe, descriptor 3 receives the server's pid, 5 is the lock
 * that only the server keeps. Descriptor 4 replaces stdin, which a background process does not get.
 */
const GUARD = `
exec 4<&0
"$@" </dev/null 3>&- 4<&- &
server=$!
echo "$server" >&3
exec 3>&- 5>&-
( read -r word <&4; [ "$word" = keep ] || kill -KILL "$server" ) 2>/dev/null &
guard=$!
exec 4<&-
wait "$server"
code=$?
kill "$guard" 2>/dev/null
exit "$code"
`;

/** Starts the program. Returns as soon as the process exists, before it accepts connections. */
export async function launchServer(options: LaunchOptions): Promise<LaunchedServer> {
  mkdirSync(options.folder, { recursive: true });
  const lock = lockDatabase(options.folder);
  const log = openLog(logPath(options.folder));
  try {
    const child = start(options, { log, lock });
    const pid = await pidOfServer(child, options);
    const identity = pid === undefined ? undefined : identify(pid);
    if (identity === undefined) throw endedEarly(options.folder);
    const keep = (): void => void child.stdin?.end('keep\n');
    return { identity, dead: () => reasonOfEnd(child, options.folder), keep };
  } finally {
    closeSync(log);
    closeSync(lock);
  }
}

function lockDatabase(folder: string): number {
  const fd = openLocked(`${databasePath(folder)}.lock`);
  if (fd !== undefined) return fd;
  throw new LonghaulError(
    'SERVER_UNREACHABLE',
    `Another Temporal server still runs on ${databasePath(folder)}`,
    {
      hint: `Find it with: fuser ${databasePath(folder)}, stop it, and run the same command again.`,
    },
  );
}

function serverArguments(options: LaunchOptions): string[] {
  return [
    ...['server', 'start-dev', '--db-filename', databasePath(options.folder)],
    ...['--ip', LOOPBACK, '--port', String(options.port)],
    ...['--ui-ip', LOOPBACK, '--ui-port', String(options.uiPort)],
    ...['--namespace', options.namespace, '--log-level', 'warn', '--log-format', 'json'],
    // Search attributes can be used as soon as they are registered.
    ...['--dynamic-config-value', 'system.forceSearchAttributesCacheRefreshOnRead=true'],
  ];
}

function start(options: LaunchOptions, fds: { log: number; lock: number }): ChildProcess {
  const server = [options.program, ...serverArguments(options)];
  const child = spawn('/bin/sh', ['-c', GUARD, 'longhaul-server-guard', ...server], {
    detached: true,
    stdio: ['pipe', fds.log, fds.log, 'pipe', 'ignore', fds.lock],
  });
  child.unref();
  // The pipe stays open, but does not keep this process alive.
  (child.stdin as unknown as Socket).unref();
  child.stdin?.on('error', () => undefined);
  return child;
}

async function pidOfServer(
  child: ChildProcess,
  options: LaunchOptions,
): Promise<number | undefined> {
  const failed = new Promise<never>((_resolve, reject) => {
    child.once('error', (error) => {
      const text = `Cannot start ${options.program}: ${error.message}`;
      reject(new LonghaulError('SERVER_UNREACHABLE', text, { cause: error }));
    });
  });
  const line = await Promise.race([failed, readAll(child.stdio[3] as Readable)]);
  return Number(line.trim()) || undefined;
}

async function readAll(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

const MAX_LOG_BYTES = 16 * 2 ** 20;

/** Opens the log for appending. A log above the limit is renamed to server.log.1 first. */
function openLog(path: string): number {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > MAX_LOG_BYTES) renameSync(path, `${path}.1`);
  return openSync(path, 'a', 0o600);
}

function reasonOfEnd(child: ChildProcess, folder: string): string | undefined {
  if (child.exitCode === null && child.signalCode === null) return undefined;
  const lines = readFileSync(logPath(folder), 'utf8').trimEnd().split('\n').slice(-5);
  return `it ended with ${child.signalCode ?? child.exitCode}. Its log, ${logPath(folder)}:\n${lines.join('\n')}`;
}

function endedEarly(folder: string): LonghaulError {
  const text = `The Temporal server ended at once. Its log: ${logPath(folder)}`;
  return new LonghaulError('SERVER_UNREACHABLE', text);
}
