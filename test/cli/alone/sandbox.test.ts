import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import * as ds from '@aws-sdk/client-datasync';
import { execa } from 'execa';
import { blocksOf } from '../../support/processes/page-commands.ts';
import { bareEnvironment, longhaul } from '../../support/processes/run-longhaul.ts';

const bin = join(import.meta.dirname, '../../../bin/longhaul.js');
let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'longhaul-cli-'));
  mkdirSync(join(cwd, 'tmp'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

/** Starts `longhaul sandbox`, runs `work` once it serves, and presses Ctrl-C. */
async function whileServing(
  args: readonly string[],
  work: (said: string) => Promise<void>,
): Promise<{ exit: number | undefined; stdout: string; stderr: string }> {
  const running = execa(process.execPath, [bin, 'sandbox', ...args], {
    cwd,
    env: { ...bareEnvironment, TMPDIR: join(cwd, 'tmp') },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
  });
  const first = await new Promise<string>((resolve, reject) => {
    running.stdout?.once('data', (data: Buffer) => resolve(data.toString()));
    running.once('exit', () => reject(new Error('it ended before it served')));
  });
  try {
    await work(first);
  } finally {
    running.kill('SIGINT');
  }
  const { exitCode, stdout, stderr } = await running;
  return { exit: exitCode, stdout, stderr };
}

describe('longhaul sandbox', () => {
  test('prints only the environment to stdout and cleans up at Ctrl-C', async () => {
    let folder: string[] = [];

    const { exit, stdout, stderr } = await whileServing([], () => {
      folder = readdirSync(join(cwd, 'tmp'));
      return Promise.resolve();
    });

    expect(exit).toBe(0);
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^export AWS_ENDPOINT_URL=http:\/\/127\.0\.0\.1:\d+$/),
      'export AWS_REGION=eu-central-1',
      'export AWS_DEFAULT_REGION=eu-central-1',
      'export AWS_ACCESS_KEY_ID=sandbox',
      'export AWS_SECRET_ACCESS_KEY=sandbox',
    ]);
    expect(stderr).toMatch(/Ctrl-C stops it\.\nstopped$/);
    expect(folder).toHaveLength(1);
    expect(readdirSync(join(cwd, 'tmp'))).toEqual([]);
  });

  test('--json prints the environment and the given agents as one record', async () => {
    const arn = 'arn:aws:datasync:us-east-2:999900001111:agent/agent-0123456789abcdef0';

    await whileServing(
      ['--json', '--agent', arn, '--region', 'us-east-2', '--account', '999900001111'],
      async (said) => {
        const record = JSON.parse(said) as { endpoint: string };
        expect(record).toMatchObject({
          type: 'sandbox',
          v: 1,
          agents: [{ arn, name: 'agent-0123456789abcdef0' }],
          environment: { AWS_REGION: 'us-east-2' },
        });
        const client = new ds.DataSyncClient({
          endpoint: record.endpoint,
          region: 'us-east-2',
          credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
        });
        expect(await client.send(new ds.DescribeAgentCommand({ AgentArn: arn }))).toMatchObject({
          Status: 'ONLINE',
        });
        client.destroy();
      },
    );
  });

  test('plays the fault script of docs/sandbox.md as the page describes', async () => {
    writeFileSync(join(cwd, 'faults.yaml'), blocksOf('docs/sandbox.md', 'yaml')[0] ?? '');
    const [, ...args] = (blocksOf('docs/sandbox.md', 'sh').at(-1) ?? '').trim().split(' ').slice(1);

    const { exit, stderr } = await whileServing(args, async (said) => {
      // The tenth minute is reached after ten seconds; the response to the second start is lost.
      const endpoint = /AWS_ENDPOINT_URL=(\S+)/.exec(said)?.[1] ?? '';
      const client = new ds.DataSyncClient({
        endpoint,
        region: 'eu-central-1',
        credentials: { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' },
        maxAttempts: 1,
      });
      const TaskArn = 'arn:aws:datasync:eu-central-1:111122223333:task/task-00000000000000000';
      for (let nth = 1; nth <= 2; nth++)
        await client.send(new ds.StartTaskExecutionCommand({ TaskArn })).catch(() => undefined);
      client.destroy();
    });

    expect(stderr).toContain(
      'fault: StartTaskExecution, no. 2: it is carried out, and its answer is lost\n',
    );
    expect(args).toEqual(['--faults', 'faults.yaml', '--time-scale', '60']);
    expect(exit).toBe(0);
  });

  test('keeps the directory that --root names', async () => {
    await whileServing(['--root', 'kept'], () => Promise.resolve());

    expect(existsSync(join(cwd, 'kept'))).toBe(true);
  });

  test.each([
    [['--time-scale', '0'], 'Expected a factor above 0, such as 600, got "0"'],
    [['--exports', 'nowhere'], /^longhaul: There is no directory .*\/nowhere to export/],
    [['--region', 'Frankfurt'], 'Expected a region such as eu-central-1, got "Frankfurt"'],
    [['--account', 'acme'], 'Expected twelve digits, got "acme"'],
    [['--faults', 'none.yaml'], 'Cannot read the fault script'],
    [['--faults', 'wrong.yaml'], 'line 1: faults[0].reply: expected one of "lost"'],
  ])('%j is rejected with the expected value', async (args, says) => {
    writeFileSync(join(cwd, 'wrong.yaml'), 'faults: [{ call: StartTaskExecution }]\n');

    const { exit, stdout, stderr } = await longhaul(['sandbox', ...args], { cwd });

    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    if (typeof says === 'string') expect(stderr).toContain(says);
    else expect(stderr).toMatch(says);
  });

  test('reports a port that is in use', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };

    const { exit, stderr } = await longhaul(['sandbox', '--port', String(port)]);

    await new Promise((resolve) => taken.close(resolve));
    expect({ exit, stderr }).toEqual({
      exit: 2,
      stderr: `longhaul: Port ${port} cannot be used (EADDRINUSE) [USAGE]. Without --port, a free one is used.\n`,
    });
  });
});
