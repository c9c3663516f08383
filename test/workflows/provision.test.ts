/** Provisioning by the built command line, with a real server and workers that are killed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { provisionId } from '../../src/protocol/provision.ts';
import { bareEnvironment, longhaul } from '../support/processes/run-longhaul.ts';
import { testServer, type TestServer } from '../support/servers/temporal.ts';

const bin = join(import.meta.dirname, '../../bin/longhaul.js');
let cwd: string;
let sandbox: Sandbox;
let server: TestServer;
let env: Record<string, string>;
const workers: ChildProcess[] = [];

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'longhaul-provision-'));
  mkdirSync(join(cwd, 'nfs/nfs.example/data'), { recursive: true });
  sandbox = await startSandbox({ root: cwd, time: 200, agents: [{ name: 'site-a' }] });
  server = await testServer();
  env = {
    ...server.env,
    AWS_ACCESS_KEY_ID: 'sandbox',
    AWS_SECRET_ACCESS_KEY: 'sandbox',
  };
  const { endpoint } = sandbox;
  writeFileSync(
    join(cwd, 'acme.yaml'),
    `name: acme
engine: datasync
source: { kind: nfs, server: nfs.example, export: /data, agents: [site-a] }
destination:
  kind: efs
  create: {}
  accessRole: arn:aws:iam::111122223333:role/efs
  subnets: [subnet-0a1b2c3d]
  securityGroups: [sg-0a1b2c3d]
stateDirectory: ${join(cwd, 'state')}
aws:
  region: eu-central-1
  account: "111122223333"
  reports: { bucket: evidence, writeRole: "arn:aws:iam::111122223333:role/reports" }
  endpoints: { datasync: "${endpoint}", efs: "${endpoint}", s3: "${endpoint}" }
`,
  );
});

afterAll(async () => {
  for (const worker of workers) worker.kill('SIGKILL');
  await sandbox.close();
  rmSync(cwd, { recursive: true, force: true });
});

function startWorker(): ChildProcess {
  const worker = spawn(process.execPath, [bin, 'worker', '--state', join(cwd, 'state')], {
    env: { ...bareEnvironment, ...env },
    stdio: 'ignore',
  });
  workers.push(worker);
  return worker;
}

const run = (...args: string[]) => longhaul(args, { cwd, env });

/** Fails the activity of a dead worker at once, instead of after its heartbeat timeout of a minute. */
async function endHeartbeat(): Promise<void> {
  const connection = await Connection.connect(server.connectionOptions);
  const client = new Client({ connection, namespace: server.namespace });
  const workflowId = provisionId('acme');
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const [scheduled] = (events ?? []).flatMap(
    ({ activityTaskScheduledEventAttributes: activity }) => activity ?? [],
  );
  expect(Number(scheduled?.heartbeatTimeout?.seconds)).toBe(60);
  await client.activity.fail(
    { workflowId, activityId: scheduled?.activityId ?? '' },
    new Error('no heartbeat'),
  );
  await connection.close();
}

const census = () => ({
  fileSystems: sandbox.efs.fileSystems.size,
  mountTargets: sandbox.efs.mountTargets.size,
  locations: [...sandbox.world.locations.values()].map(({ kind }) => kind).sort(),
  tasks: [...sandbox.world.tasks.values()].map(({ name }) => name),
});
const WHOLE = {
  fileSystems: 1,
  mountTargets: 1,
  locations: ['efs', 'nfs'],
  tasks: ['longhaul/acme/lane-0/pool'],
};

describe('an operator', () => {
  test('sees the plan without a server and without a change', async () => {
    const { exit, stdout } = await longhaul(['provision', 'acme.yaml'], {
      cwd,
      env: { AWS_ACCESS_KEY_ID: 'sandbox', AWS_SECRET_ACCESS_KEY: 'sandbox' },
    });

    expect(exit).toBe(0);
    expect(stdout).toMatch(/^there +agent site-a +ONLINE$/m);
    expect(stdout).toMatch(/^to do +file system +it does not exist; to be encrypted with/m);
    expect(census()).toMatchObject({ fileSystems: 0 });
  });

  test('provisions even if a worker is killed', async () => {
    const applied = run('provision', 'acme.yaml', '--apply');
    const first = startWorker();
    const dead = once(first, 'exit');
    const { locations } = sandbox.world;
    // The reply is not sent yet: the activity is under way.
    jest.spyOn(locations, 'set').mockImplementationOnce((arn, location) => {
      first.kill('SIGKILL');
      return Map.prototype.set.call(locations, arn, location) as typeof locations;
    });
    await dead;
    startWorker();
    await endHeartbeat();

    const { exit, stdout, stderr } = await applied;

    expect({ exit, stderr }).toEqual({
      exit: 0,
      stderr: expect.stringContaining('Everything is as the spec says.'),
    });
    expect(stdout).toMatch(/^done: task of lane 0$/m);
    expect(census()).toEqual(WHOLE);
  }, 300_000);

  test('finds nothing to do the second time', async () => {
    const { exit, stderr } = await run('provision', 'acme.yaml', '--apply');

    expect({ exit, stderr }).toEqual({ exit: 0, stderr: 'Nothing was left to do.\n' });
    expect(census()).toEqual(WHOLE);
  });

  test('cannot tear down a file system of another migration', async () => {
    const { exit, stderr } = await run(
      ...['teardown', 'acme.yaml', '--apply', '--yes', '--file-system', 'fs-00000000'],
    );

    expect(exit).toBe(4);
    expect(stderr).toMatch(/refused: file system: it is fs-\w+, not fs-00000000/);
    expect(census()).toEqual(WHOLE);
  });

  test('has to type the name of the file system to delete it', async () => {
    const { exit } = await run(
      ...['teardown', 'acme.yaml', '--apply', '--file-system', 'fs-00000000'],
    );

    expect(exit).toBe(4);
  });

  test('tears down tasks and locations, and keeps the file system', async () => {
    const { exit, stdout } = await run('teardown', 'acme.yaml', '--apply');

    expect(exit).toBe(0);
    expect(stdout.split('\n').filter(Boolean)).toEqual([
      'done: task longhaul/acme/lane-0/pool',
      'done: location nfs://nfs.example/data/',
      expect.stringMatching(/^done: location efs:\/\/eu-central-1\.fs-/),
    ]);
    expect(census()).toEqual({ ...WHOLE, locations: [], tasks: [] });
  });
});
