/** The Temporal server is killed with -9 in mid-round, and started again on the same SQLite file. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { openMigration, type Migration, type OwnServer } from '../support/migrations/migration.ts';
import { until, type Started } from '../support/processes/processes.ts';
import { isCopying } from '../support/trees/tree.ts';

let migration: Migration;
afterEach(() => migration.close());

/** Resolves while the first round copies; a worker needs about 5 s for the rest. */
async function inMidRound(): Promise<{ server: OwnServer; worker: Started }> {
  migration = await openMigration({
    ownServer: true,
    spec: { link: { bandwidth: '16 Mbit/s' }, chunks: { maxEntries: 12 } },
  });
  for (const name of ['a', 'b', 'c']) {
    mkdirSync(join(migration.source, name));
    for (let f = 0; f < 8; f++)
      writeFileSync(join(migration.source, name, `f${f}`), Buffer.alloc(500_000, `${name}${f}`));
  }
  const server = await migration.up();
  await migration.start();
  const worker = migration.worker();
  await until('the round copies', () => isCopying(migration.destination));
  return { server, worker };
}

test('longhaul up, kill -9 of the server in mid-round', async () => {
  const { server, worker } = await inMidRound();

  process.kill(server.pid, 'SIGKILL');
  expect(await server.program.ended).toBe(5);
  expect((await migration.longhaul('status', 'm')).exit).toBe(5);
  const again = await migration.up();

  expect(again.address).toBe(server.address);
  await migration.done();
  await migration.proven();
  worker.kill('SIGTERM');
  expect(await worker.ended).toBe(130);
});

test('longhaul up and longhaul worker, kill -9 of everything in mid-round', async () => {
  const { server, worker } = await inMidRound();

  worker.kill();
  process.kill(server.pid, 'SIGKILL');
  server.program.kill();
  await Promise.all([worker.ended, server.program.ended]);
  await migration.up();
  migration.worker();

  await migration.done();
  await migration.proven();
});
