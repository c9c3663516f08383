/** Child processes of the demo. The kernel kills them when the demo ends, even after kill -9. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface Child {
  readonly pid: number;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Exit code, or the signal's name; -1 when it could not be started. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

export interface ChildOptions {
  /** File to which stderr, and by default stdout, is appended. */
  readonly log: string;
  /** A separate file for stdout. */
  readonly stdout?: string;
  /** Drops the capabilities by which root ignores file permissions. */
  readonly likeOthers?: boolean;
}

const BOUND = ['--bounding-set', '-dac_override,-dac_read_search'];
const INHERITED = ['--inh-caps', '-dac_override,-dac_read_search'];

/** Runs one of the build's own programs ('cli/main.js'), in a process group of its own. */
export function startOwn(
  program: string,
  args: readonly string[],
  { log, stdout = log, likeOthers = false }: ChildOptions,
): Child {
  const powers = likeOthers && process.getuid?.() === 0 ? [...BOUND, ...INHERITED] : [];
  const line = [...powers, process.execPath, builtPath(program), ...args];
  const files = [stdout, log].map((path) => openSync(path, 'a'));
  try {
    return follow(
      spawn('setpriv', ['--pdeathsig', 'SIGKILL', ...line], {
        stdio: ['ignore', ...files],
        detached: true, // Ctrl-C reaches the demo alone, which ends them in its order
      }),
    );
  } finally {
    files.forEach((file) => closeSync(file));
  }
}

function follow(child: ChildProcess): Child {
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('error', () => resolve(-1));
    child.once('close', (code, signal) => resolve(code ?? signal ?? -1));
  });
  return { pid: child.pid ?? -1, kill: (signal) => void child.kill(signal), ended };
}

/** Returns the path of a program in the build, also when this file runs from source. */
export function builtPath(program: string): string {
  const here = import.meta.url;
  return fileURLToPath(new URL(`${here.endsWith('.ts') ? '../../dist' : '..'}/${program}`, here));
}

export async function killed(child: Child): Promise<void> {
  child.kill('SIGKILL');
  await child.ended;
}
