/**
 * Starts the server's process, in a session of its own, so that a Ctrl-C at the terminal reaches
 * longhaul first. A shell stands between: it waits for the end of a pipe that only this process
 * holds. When this process ends, however that comes about, the kernel closes the pipe and the shell
 * kills the server; unless it was told before to keep it.
 *
 * The server inherits a locked descriptor: as long as it lives, no second one can be started on its
 * database, whatever happened to the file that names its pid.
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
  /** Why it ended, with the last lines of its log; undefined while it runs. */
  readonly dead: () => string | undefined;
  /** From now on it outlives this process. */
  readonly keep: () => void;
}

/**
 * $@ = the server, stdin = the pipe, 3 = where the server's pid is wanted, 5 = the lock that only
 * the server keeps. Without a job control shell a background process has no stdin: hence 4.
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

/** Starts the program; returns as soon as there is a process, before it serves. */
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
    return { identity, dead: () => deathNote(child, options.folder), keep };
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
    // A name that was registered a moment ago can be used at once.
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
  // Held open, but no reason to stay alive.
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
  const line = await Promise.race([failed, allOf(child.stdio[3] as Readable)]);
  return Number(line.trim()) || undefined;
}

async function allOf(stream: Readable): Promise<string> {
  let text = '';
  for await (const piece of stream) text += String(piece);
  return text;
}

const LOG_KEPT_BYTES = 16 * 2 ** 20;

/** Appends; a log that has grown large is kept once as server.log.1. */
function openLog(path: string): number {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_KEPT_BYTES) renameSync(path, `${path}.1`);
  return openSync(path, 'a', 0o600);
}

function deathNote(child: ChildProcess, folder: string): string | undefined {
  if (child.exitCode === null && child.signalCode === null) return undefined;
  const lines = readFileSync(logPath(folder), 'utf8').trimEnd().split('\n').slice(-5);
  return `it ended with ${child.signalCode ?? child.exitCode}. Its log, ${logPath(folder)}:\n${lines.join('\n')}`;
}

function endedEarly(folder: string): LonghaulError {
  const text = `The Temporal server ended at once. Its log: ${logPath(folder)}`;
  return new LonghaulError('SERVER_UNREACHABLE', text);
}
