/**
 * Processes that a test starts: each ends with the test, however that ends. `setpriv --pdeathsig`
 * makes the kernel kill the child when this process dies, even by kill -9.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Started {
  readonly pid: number;
  /** Everything printed so far on stdout and stderr, in order of arrival. */
  readonly output: () => string;
  /** Resolves with the first line (also a past one) that matches; rejects when the process ends or time runs out. */
  readonly line: (pattern: RegExp, timeoutMs?: number) => Promise<string>;
  /** Sends a signal to this process alone. */
  readonly kill: (signal?: NodeJS.Signals) => void;
  /** Exit code, or the signal's name. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** SIGTERM, then SIGKILL after `graceMs`; resolves when it is gone. */
  readonly stop: (graceMs?: number) => Promise<number | NodeJS.Signals>;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** What takes a second on an idle machine takes this long on none that is only busy. */
export const PATIENCE_MS = 120_000;

const running = new Set<Started>();

export function start(
  command: string,
  args: readonly string[],
  options: StartOptions = {},
): Started {
  const child = spawn('setpriv', ['--pdeathsig', 'SIGKILL', command, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const started = watch(child, command);
  running.add(started);
  void started.ended.finally(() => running.delete(started));
  return started;
}

/** For afterEach: ends everything start() began that still runs. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running].map((started) => started.stop(2_000)));
}

function watch(child: ChildProcess, command: string): Started {
  const lines: string[] = [];
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      for (const listener of listeners) listener();
    });
  }
  let over = false;
  const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      over = true;
      for (const listener of listeners) listener();
      resolve(code ?? signal ?? 1);
    });
  });
  const output = (): string => lines.join('\n');
  const line = (pattern: RegExp, timeoutMs = PATIENCE_MS): Promise<string> =>
    new Promise((resolve, reject) => {
      const give = (): void => {
        const found = lines.find((text) => pattern.test(text));
        if (found === undefined && !over) return;
        done();
        if (found !== undefined) resolve(found);
        else
          reject(new Error(`${command} ended before it printed ${String(pattern)}:\n${output()}`));
      };
      const timer = setTimeout(() => {
        done();
        reject(
          new Error(`${command} did not print ${String(pattern)} in ${timeoutMs} ms:\n${output()}`),
        );
      }, timeoutMs);
      const done = (): void => {
        clearTimeout(timer);
        listeners.delete(give);
      };
      listeners.add(give);
      give();
    });
  const kill = (signal: NodeJS.Signals = 'SIGKILL'): void => void (over || child.kill(signal));
  const stop = async (graceMs = 5_000): Promise<number | NodeJS.Signals> => {
    kill('SIGTERM');
    const timer = setTimeout(() => kill('SIGKILL'), graceMs);
    return ended.finally(() => clearTimeout(timer));
  };
  return { pid: child.pid ?? -1, output, line, kill, ended, stop };
}

/** Waits until `is` returns something; rejects with `what` when it does not in time. */
export async function until<T>(
  what: string,
  is: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutMs = PATIENCE_MS,
): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const value = await is();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > end) throw new Error(`After ${timeoutMs} ms still not: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
