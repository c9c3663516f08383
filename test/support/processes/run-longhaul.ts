/** Runs the built command line without the user's server, state directory and terminal. */
import { execa } from 'execa';
import { existsSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';

const bin = join(import.meta.dirname, '../../../bin/longhaul.js');

export interface RunResult {
  readonly exit: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
}

// A worker may use it until the last hook of its file has ended: it is removed after all tests.
const home = mkdtempSync(join(process.env['LONGHAUL_TEST_FOLDER'] ?? '', 'home-'));

/** An environment that refers neither to a server nor to a state directory of the user who runs the tests. */
export const bareEnvironment: Readonly<Record<string, string>> = {
  PATH: process.env['PATH'] ?? '',
  HOME: home,
  USER: 'tester',
};

export async function longhaul(
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  if (!existsSync(join(bin, '../../dist/cli/main.js'))) {
    throw new Error('dist/ is missing: run `npm run build` first');
  }
  const { exitCode, stdout, stderr } = await execa(process.execPath, [bin, ...args], {
    env: { ...bareEnvironment, ...options.env },
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.input === undefined ? { stdin: 'ignore' } : { input: options.input }),
  });
  return { exit: exitCode, stdout, stderr };
}
