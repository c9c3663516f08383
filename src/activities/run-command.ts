/** Runs a program with a time limit in a process group of its own, so that nothing of it stays behind. */
import { spawn, type ChildProcess } from 'node:child_process';
import type { HookResult } from '../protocol/activities.ts';

const TAIL = 2_000;
/** Between SIGTERM and SIGKILL. */
const GRACE_MS = 2_000;
/** As shells number them: not found, killed. */
const NOT_STARTED = 127;
const KILLED = 128 + 9;

export interface Command {
  readonly command: readonly string[];
  readonly timeoutMs: number;
  /** On top of this process's own. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface CommandResult extends HookResult {
  /** How it ended, as the end of a sentence. */
  readonly because: string;
}

/** Never rejects: what went wrong is in the result. */
export async function runCommand({
  command: [program = '', ...args],
  timeoutMs,
  env,
  signal,
}: Command): Promise<CommandResult> {
  const startedAt = performance.now();
  const child = spawn(program, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-TAIL);
    });
  }
  let stopped: string | undefined;
  let killer: NodeJS.Timeout | undefined;
  const stop = (because: string): void => {
    if (stopped !== undefined) return;
    stopped = because;
    signalGroup(child, 'SIGTERM');
    killer = setTimeout(() => signalGroup(child, 'SIGKILL'), GRACE_MS);
  };
  const timer = setTimeout(() => stop(`did not end within ${timeoutMs} ms`), timeoutMs);
  const onAbort = (): void => stop('was stopped');
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  const { exitCode, because } = await ending(child);
  clearTimeout(timer);
  clearTimeout(killer);
  if (stopped !== undefined) signalGroup(child, 'SIGKILL');
  signal.removeEventListener('abort', onAbort);
  const elapsedMs = Math.round(performance.now() - startedAt);
  // A program that ends well although it was told to stop has not done its work.
  return stopped === undefined
    ? { exitCode, output, elapsedMs, because }
    : { exitCode: exitCode || KILLED, output, elapsedMs, because: stopped };
}

function ending(child: ChildProcess): Promise<{ exitCode: number; because: string }> {
  return new Promise((resolve) => {
    child.once('error', ({ message }) =>
      resolve({ exitCode: NOT_STARTED, because: `could not be started: ${message}` }),
    );
    child.once('close', (code, killedBy) =>
      resolve({
        exitCode: code ?? KILLED,
        because: killedBy === null ? `ended with exit code ${code}` : `was killed by ${killedBy}`,
      }),
    );
  });
}

/** The group, so that what the program has started ends with it. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended.
  }
}
