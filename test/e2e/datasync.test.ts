/** A migration by DataSync against the sandbox, from the first round to the cutover, whatever goes wrong. */
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { openCloud, type CloudMigration } from '../support/migrations/datasync-migration.ts';
import { until } from '../support/processes/processes.ts';

let migration: CloudMigration;
afterEach(() => migration.close());

const NAMES = ['a', 'b', 'c'].flatMap((name) => [
  name,
  ...[0, 1, 2, 3, 4].map((f) => `${name}/f${f}`),
]);

async function proven(): Promise<void> {
  await migration.done();
  await migration.proven();
  migration.expectNoStrays();
}

async function said(...args: readonly string[]): Promise<void> {
  const { exit, stderr } = await migration.longhaul(...args);
  if (exit !== 0) throw new Error(`longhaul ${args.join(' ')} ended with ${exit}:\n${stderr}`);
}

test('a tree goes from NFS to EFS in rounds: a worker that is killed while an execution runs is followed by one that adopts it, and what was deleted meanwhile is deleted', async () => {
  migration = await openCloud({
    faults: [{ call: 'StartTaskExecution', nth: 2, reply: 'lost' }],
  });
  await migration.start();
  const first = migration.worker();
  await until('an execution runs', () => migration.sandbox.world.executions.size > 0);
  first.kill('SIGKILL');
  migration.worker();
  await migration.until('the seed is through', ({ rounds }) => rounds.length >= 1);
  rmSync(join(migration.source, 'b/f0'));
  writeFileSync(join(migration.source, 'a/f1'), 'changed');

  await proven();

  expect(migration.ledger('execution').length).toBeGreaterThanOrEqual(6);
});

test('the server and the worker are killed while an execution runs, and started again', async () => {
  migration = await openCloud({ ownServer: true });
  const server = await migration.up();
  await migration.start();
  const worker = migration.worker();
  await until('an execution runs', () => migration.sandbox.world.executions.size > 0);

  worker.kill('SIGKILL');
  process.kill(server.pid, 'SIGKILL');
  server.program.kill();
  await Promise.all([worker.ended, server.program.ended]);
  await migration.up();
  migration.worker();

  await proven();
});

describe('what needs a person', () => {
  /** Chunks that were retried come to it one after the other. */
  const blockedBy = (code: string, withinMs?: number) =>
    migration.until(
      `what is blocked is blocked by ${code}`,
      ({ blocked }) => blocked.length > 0 && blocked.every((chunk) => chunk.code === code),
      withinMs,
    );
  const copied = (): string[] =>
    readdirSync(migration.destination, { recursive: true, encoding: 'utf8' });

  test('blocks a chunk until it is mended and retried: a file, the export, and a mass delete', async () => {
    migration = await openCloud({
      faults: [{ file: '/a/f1', is: 'unreadable', times: 1 }],
      spec: {
        cutover: { approval: 'required' },
        deletes: { when: 'final', maxCount: 3, maxPercent: 100 },
      },
    });
    const { source, exported } = migration;
    await migration.start();
    migration.worker();

    await blockedBy('PERMISSION_DENIED');
    await migration.until('the others are through', ({ round }) => round?.done === 2);
    await said('retry', 'm', '--reason', 'it may be read now');
    await migration.until('it is ready', ({ phase }) => phase === 'ready to cut over');

    // An empty export in the place of the right one, as after a failed mount on the server.
    rmSync(exported);
    mkdirSync(exported);
    await said('approve', 'm');
    await blockedBy('SOURCE_CHANGED_IDENTITY');
    expect(copied()).toEqual(expect.arrayContaining(NAMES));
    rmSync(exported, { recursive: true });
    symlinkSync(source, exported);

    for (const f of [0, 1, 2, 3]) rmSync(join(source, `b/f${f}`));
    // A chunk may come to what it listed before only after the retry.
    await until('each chunk has listed what is back', async () => {
      await migration.longhaul('retry', 'm', '--reason', 'the export is back');
      return blockedBy('DELETE_REFUSED', 15_000).catch(() => undefined);
    });
    expect(copied()).toEqual(expect.arrayContaining(NAMES));
    for (const f of [0, 1]) writeFileSync(join(source, `b/f${f}`), 'back');
    // 4: the retry before this one may have come to it again, and found them.
    const { exit } = await migration.longhaul('retry', 'm', '--reason', 'from the backup');
    expect([0, 4]).toContain(exit);

    await proven();
  });
});
