/**
 * All commands of docs/datasync.md in their order, from an empty account to the teardown, against the
 * sandbox; and that nothing of what is secret, or only the files' own, is in a log or a history then.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { expectSameTree } from '../support/trees/oracle.ts';
import { putAwsCli } from '../support/aws/aws-cli.ts';
import { binFolder, blocksOf, runScript } from '../support/processes/page-commands.ts';
import { stopAll } from '../support/processes/processes.ts';
import { testServer, type TestServer } from '../support/servers/temporal.ts';

const KEY = 'AKIAMARKEDKEY0000000';
const SECRET = 'marked-secret-of-the-worker';
const ACTIVATION = 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE';
const FILE = 'marked-name.txt';
const CONTENT = 'marked content';

let cwd: string;
let sandbox: Sandbox;
const source = (...path: string[]): string => join(cwd, 'sandbox/nfs/nfs.example/data', ...path);
beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'longhaul-page-'));
  mkdirSync(source('projects'), { recursive: true });
  for (const name of [FILE, 'other'])
    writeFileSync(source('projects', name), `${CONTENT} of ${name}`);
  mkdirSync(join(cwd, 'sandbox/s3/acme-evidence'), { recursive: true });
  sandbox = await startSandbox({ root: join(cwd, 'sandbox'), time: 300 });
});
afterEach(async () => {
  await stopAll();
  await sandbox.close();
  rmSync(cwd, { recursive: true, force: true });
});

/** What its reader waits for before the next command. */
const WAITS: readonly (readonly [string, string])[] = [
  ['longhaul run-round acme', 'catching up'],
  ['longhaul approve acme', 'ready to cut over'],
];

function script(): string {
  const all = blocksOf('docs/datasync.md', 'sh').join('\n');
  return WAITS.reduce((done, [command, state]) => {
    expect(done).toContain(command);
    const wait = `until longhaul status acme | grep -q '${state}'; do sleep 0.5; done`;
    return done.replace(command, `${wait}\n${command}`);
  }, all);
}

test('the commands of the page move a tree, and no secret or name is left in logs and histories', async () => {
  const bin = binFolder(cwd);
  await putAwsCli(bin);
  const server = await testServer();
  const env = {
    ...server.env,
    AWS_ENDPOINT_URL: sandbox.endpoint,
    AWS_REGION: 'eu-central-1',
    AWS_DEFAULT_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: KEY,
    AWS_SECRET_ACCESS_KEY: SECRET,
    LONGHAUL_LOG_LEVEL: 'debug',
  };

  const { stdout } = await runScript(script(), { cwd, path: [bin], env });

  expect(stdout).toMatch(/^site-a\tONLINE$/m);
  expect(stdout).toMatch(/^done: task of lane 0$/m);
  expect(stdout).toMatch(/^acme: approved$/m);
  expect(stdout).toMatch(/^acme: the ledger is whole/m);
  expect(stdout).toMatch(/ closes {2}all \d+ entries are accounted for$/m);
  expect(stdout).toMatch(/^done: task longhaul\/acme\//m);
  expect([sandbox.world.tasks.size, sandbox.world.locations.size]).toEqual([0, 0]);
  const [fileSystem = ''] = readdirSync(join(cwd, 'sandbox/efs'));
  expectSameTree(source(), join(cwd, 'sandbox/efs', fileSystem));

  const log = readFileSync(join(cwd, 'worker.log'), 'utf8');
  const histories = await historiesOf(server);
  expect(log).toContain('Working on acme');
  expect(histories).toContain('nfs.example');
  for (const mark of [KEY, SECRET, ACTIVATION, FILE, CONTENT])
    expect({ mark, inLog: log.includes(mark), inHistories: histories.includes(mark) }).toEqual({
      mark,
      inLog: false,
      inHistories: false,
    });
}, 300_000);

/** All that Temporal was given to keep, payloads decoded. */
async function historiesOf({ address, namespace }: TestServer): Promise<string> {
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection, namespace });
    const texts: string[] = [];
    for await (const { workflowId, runId } of client.workflow.list())
      texts.push(...textsIn(await client.workflow.getHandle(workflowId, runId).fetchHistory()));
    return texts.join('\n');
  } finally {
    await connection.close();
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('utf8')];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}
