/** The AWS CLI as one process for many commands: it takes most of a second to start. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface AwsCli {
  /** Runs `aws ARGS`; resolves with the JSON it printed, rejects with what it printed on stderr. */
  run(...args: readonly string[]): Promise<unknown>;
  stop(): void;
}

/** `bin` has the CLI's Python (python-programs.ts); every command goes to `endpoint`. */
export function openAwsCli(bin: string, endpoint: string): AwsCli {
  const env = {
    ...process.env,
    AWS_ACCESS_KEY_ID: 'sandbox',
    AWS_SECRET_ACCESS_KEY: 'sandbox',
    AWS_DEFAULT_REGION: 'eu-central-1',
    AWS_PAGER: '',
  };
  const child = spawn(join(bin, 'python'), [join(import.meta.dirname, 'aws-cli.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env,
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async run(...args) {
      const all = ['--endpoint-url', endpoint, '--output', 'json', ...args];
      child.stdin.write(`${JSON.stringify(all)}\n`);
      const { value, done } = await answers.next();
      if (done === true) throw new Error(`aws ${args.join(' ')}: the AWS CLI has ended`);
      const [exit, stdout, stderr] = JSON.parse(value) as [number, string, string];
      if (exit !== 0) throw new Error(`aws ${args.join(' ')} ended with ${exit}:${stderr}`);
      return stdout.trim() === '' ? undefined : (JSON.parse(stdout) as unknown);
    },
    stop: () => void child.kill('SIGKILL'),
  };
}
