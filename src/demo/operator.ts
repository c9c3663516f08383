/** Runs longhaul's commands as an operator would, and shows what they print. */
import { execFile } from 'node:child_process';
import { LonghaulError } from '../errors/failure.ts';
import { builtPath } from './child.ts';
import { interrupted, type Narrator } from './narrator.ts';

export interface Answer {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface TypeOptions {
  /** Exit codes that do not count as failure; [0] when absent. */
  readonly expect?: readonly number[];
  /** Shortens the output that is shown. */
  readonly shorter?: (stdout: string) => string;
}

/** Shows a command line, runs it as a process, and shows its output. Throws when it fails. */
export async function type(
  narrator: Narrator,
  words: readonly string[],
  { expect = [0], shorter = (stdout) => stdout }: TypeOptions = {},
): Promise<Answer> {
  narrator.typed(['longhaul', ...words].map(quoted).join(' '));
  const answer = await run(process.execPath, [builtPath('cli/main.js'), ...words], narrator);
  const said = shorter(answer.stdout).trimEnd();
  if (said !== '') narrator.quote(said);
  if (expect.includes(answer.exit)) return answer;
  throw new LonghaulError(
    'BUG',
    `longhaul ${words.join(' ')} ended with ${answer.exit}: ${answer.stderr.trim()}`,
  );
}

/** Runs a program. A missing program counts as exit code 127. */
export function run(
  program: string,
  args: readonly string[],
  { terminal: { signal } }: Narrator,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { signal, maxBuffer: 1 << 28, env: { ...process.env, LC_ALL: 'C' } };
    execFile(program, args, options, (error, stdout, stderr) => {
      if (signal.aborted) reject(interrupted());
      else resolve({ exit: exitOf(error), stdout, stderr });
    });
  });
}

function exitOf(error: { readonly code?: number | string | null } | null): number {
  if (error === null) return 0;
  if (error.code === 'ENOENT') return 127;
  return typeof error.code === 'number' ? error.code : 1;
}

const quoted = (word: string): string =>
  /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
