/** Runs a program with a time limit, in its own process group, so that no child of it outlives a stop. */
import { spawn, type ChildProcess } from 'node:child_process';
import type { HookResult } from '../protocol/activities.ts';

const MAX_OUTPUT_CHARACTERS = 2_000;
/** Delay between SIGTERM and SIGKILL. */
const GRACE_MS = 2_000;
/** Exit codes by the convention of shells: not found, killed by SIGKILL. */
const NOT_STARTED = 127;
const KILLED = 128 + 9;

export interface Command {
  readonly command: readonly string[];
  readonly timeoutMs: number;
  /** Added to the environment of this process. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface CommandResult extends HookResult {
  /** How the program ended, as the end of a sentence. */
  readonly because: string;
}

/** Never rejects: the result says what went wrong. */
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
  const output = outputTail(child);
  const stopper = new GroupStopper(child);
  const timer = setTimeout(() => stopper.stop(`did not end within ${timeoutMs} ms`), timeoutMs);
  const onAbort = (): void => stopper.stop('was stopped');
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  const { exitCode, because } = await ending(child);
  clearTimeout(timer);
  signal.removeEventListener('abort', onAbort);
  const stopped = stopper.finish();
  const common = { output: output(), elapsedMs: Math.round(performance.now() - startedAt) };
  // A program that was stopped has not done its work, even if it exits with 0.
  return stopped === undefined
    ? { exitCode, ...common, because }
    : { exitCode: exitCode || KILLED, ...common, because: stopped };
}

/** Returns a function that returns the end of what the program has printed so far. */
function outputTail({ stdout, stderr }: ChildProcess): () => string {
  let output = '';
  for (const stream of [stdout, stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-MAX_OUTPUT_CHARACTERS);
    });
  }
  return () => output;
}

/** Ends a process group: SIGTERM first, SIGKILL after a grace period. */
class GroupStopper {
  readonly #child: ChildProcess;
  #because: string | undefined;
  #killer: NodeJS.Timeout | undefined;

  constructor(child: ChildProcess) {
    this.#child = child;
  }

  stop(because: string): void {
    if (this.#because !== undefined) return;
    this.#because = because;
    signalGroup(this.#child, 'SIGTERM');
    this.#killer = setTimeout(() => signalGroup(this.#child, 'SIGKILL'), GRACE_MS);
  }

  /** Call it when the program has ended. Kills what a stopped program left running; returns why it was stopped. */
  finish(): string | undefined {
    clearTimeout(this.#killer);
    if (this.#because !== undefined) signalGroup(this.#child, 'SIGKILL');
    return this.#because;
  }
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

/** Signals the whole group, so that children of the program end as well. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has ended.
  }
}
