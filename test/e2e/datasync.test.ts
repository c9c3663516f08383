/**
 * A migration with `engine: datasync` as a user runs it, against the sandbox: the built program, a real
 * Temporal server, and executions that really move bytes, in time that runs a thousand times as fast.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { faultScriptSchema } from '../../src/sandbox/faults.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { openMigration, type Migration } from '../support/migration.ts';
import { until } from '../support/processes.ts';

const FILE_SYSTEM = 'fs-0123456789abcdef0';
const AWS_ENVIRONMENT = { AWS_ACCESS_KEY_ID: 'sandbox', AWS_SECRET_ACCESS_KEY: 'sandbox' };

let migration: Migration;
let sandbox: Sandbox;
afterEach(async () => {
  await migration.stop();
  await sandbox.close();
  await migration.close();
});

const specFor = (endpoint: string) => ({
  engine: 'datasync' as const,
  source: { kind: 'nfs' as const, server: 'nfs.example', export: '/data', agents: ['site-a'] },
  destination: {
    kind: 'efs' as const,
    fileSystem: FILE_SYSTEM,
    subnets: ['subnet-0a1b2c3d'],
    securityGroups: ['sg-0a1b2c3d'],
  },
  defaultExcludes: false,
  chunks: { roots: ['a', 'b'] },
  aws: {
    region: 'eu-central-1',
    account: '111122223333',
    endpoints: { datasync: endpoint, efs: endpoint, s3: endpoint },
    reports: { bucket: 'reports', writeRole: 'arn:aws:iam::111122223333:role/reports' },
    pollInterval: '50ms',
    launchTimeout: '10s',
    removeWithFilters: true,
  },
});

/** The tree the agent sees, the file system DataSync sees, and a migration between them. */
async function open(faults: readonly object[] = []): Promise<void> {
  const cloud = mkdtempSync(join(tmpdir(), 'cloud-'));
  // The places are known before the trees are: both are symlinks.
  mkdirSync(join(cloud, 'efs'));
  mkdirSync(join(cloud, 'nfs/nfs.example'), { recursive: true });
  sandbox = await startSandbox({
    root: cloud,
    time: 1000,
    agents: [{ name: 'site-a' }],
    faults: faultScriptSchema.parse({ faults }),
  });
  migration = await openMigration({ spec: specFor(sandbox.endpoint) });
  symlinkSync(migration.source, join(cloud, 'nfs/nfs.example/data'));
  symlinkSync(migration.destination, join(cloud, 'efs', FILE_SYSTEM));
  for (const name of ['a', 'b', 'c']) {
    mkdirSync(join(migration.source, name));
    for (let f = 0; f < 5; f++)
      writeFileSync(join(migration.source, name, `f${f}`), `${name} ${f}`);
  }
  writeFileSync(join(migration.source, 'top'), 'top');
}

const worker = () => migration.worker({ env: AWS_ENVIRONMENT });

/** No two executions of one attempt, none that is still under way. */
function expectNoStrays(): void {
  const { executions, tags } = sandbox.world;
  const attempts = [...executions.keys()].map(
    (arn) => tags.get(arn)?.find(({ Key }) => Key === 'longhaul:attempt')?.Value,
  );
  expect(new Set(attempts).size).toBe(attempts.length);
  expect([...executions.values()].filter(({ endedAt }) => endedAt === undefined)).toEqual([]);
}

test('a tree goes from NFS to EFS in rounds, and what was deleted meanwhile is deleted', async () => {
  await open();
  await migration.start();
  worker();
  await migration.until('the seed is through', ({ rounds }) => rounds.length >= 1);
  rmSync(join(migration.source, 'b/f0'));
  writeFileSync(join(migration.source, 'a/f1'), 'changed');

  await migration.done(120_000);

  await migration.proven();
  expectNoStrays();
  expect(migration.ledger('execution').length).toBeGreaterThanOrEqual(6);
});

test('a worker that is killed while an execution runs is followed by one that adopts it', async () => {
  await open([{ call: 'StartTaskExecution', nth: 2, reply: 'lost' }]);
  await migration.start();
  const first = worker();
  await until('an execution runs', () => sandbox.world.executions.size > 0);
  first.kill('SIGKILL');
  worker();

  await migration.done(120_000);

  await migration.proven();
  expectNoStrays();
});
