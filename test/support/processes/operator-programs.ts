/** The programs operators have, as processes: Temporal's own and its predecessor. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findProgram } from '../../../src/temporal/find-program.ts';
import { goTool } from '../../../src/temporal/go-tool.ts';
import { TCTL } from '../../../src/temporal/tools.ts';
import { longhaul } from './run-longhaul.ts';

export interface Program {
  /** What it printed; rejects with an error that has `stdout`, `stderr` and `code`. */
  run(...args: readonly string[]): Promise<string>;
}

/** Where the server of a test is. */
export interface ServerEnv {
  readonly TEMPORAL_ADDRESS: string;
  readonly TEMPORAL_NAMESPACE: string;
}

export async function temporalProgram(env: ServerEnv): Promise<Program> {
  const { path } = await findProgram();
  return program(path, { ...env });
}

/** Built with Go: rejects, with the reason, where that is missing. */
export async function tctlProgram(env: ServerEnv): Promise<Program> {
  const path = await goTool(TCTL, { onProgress: (line) => process.stderr.write(`${line}\n`) });
  return program(path, {
    TEMPORAL_CLI_ADDRESS: env.TEMPORAL_ADDRESS,
    TEMPORAL_CLI_NAMESPACE: env.TEMPORAL_NAMESPACE,
  });
}

/** The built command line. */
export const longhaulProgram = (env: ServerEnv): Program => ({
  async run(...args) {
    const { exit, stdout, stderr } = await longhaul(args, { env: { ...env } });
    if (exit !== 0) throw new Error(`longhaul ${args.join(' ')} ended with ${exit}:\n${stderr}`);
    return stdout;
  },
});

function program(path: string, env: Readonly<Record<string, string>>): Program {
  return {
    async run(...args) {
      const { stdout } = await promisify(execFile)(path, args, {
        env: { ...process.env, ...env },
        timeout: 30_000,
      });
      return stdout;
    },
  };
}
