/**
 * Processes write to the source all the time while DataSync copies from it, and an agent is away for an
 * hour in between. What changed under a copy is drift and nobody's fault; when the freeze hook has
 * stopped the writers, both sides are equal.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, jest, test } from '@jest/globals';
import { openCloud, type CloudMigration } from '../support/migrations/datasync-migration.ts';
import { stopAll } from '../support/processes/processes.ts';
import { freezeHook, writers } from '../support/trees/writers.ts';

let migration: CloudMigration;
afterEach(async () => {
  await stopAll();
  await migration.close();
});

/** Some entry drifts in every run: this one is gone when the repair of its copy looks for it. */
function goesBeforeItsRepair(path: string): void {
  writeFileSync(path, 'gone soon');
  const { executions } = migration.sandbox.world;
  jest.spyOn(executions, 'set').mockImplementation((arn, execution) => {
    if (execution.fields['ManifestConfig'] !== undefined) rmSync(path, { force: true });
    return Map.prototype.set.call(executions, arn, execution) as typeof executions;
  });
}

test('longhaul start, while the source changes all the time, by DataSync', async () => {
  migration = await openCloud({
    faults: [
      { execution: 2, offline: '1h', in: 'TRANSFERRING' },
      { file: '/b/fleeting', is: 'mismatched', times: 1 },
    ],
    timings: { linkBytesPerSecond: 2_000 },
    spec: (root) => ({
      // One after the other: the agent is away from `a`, which is then verified anew in the next round.
      concurrency: { chunks: 1 },
      cutover: { freeze: freezeHook(join(root, 'writers')) },
    }),
  });
  const { source, root } = migration;
  for (let d = 0; d < 4; d++) mkdirSync(join(source, 'a', `d${d}`));
  writeFileSync(join(source, 'b/restless'), 'begun');
  goesBeforeItsRepair(join(source, 'b/fleeting'));
  const { inTree, toFile } = writers(join(root, 'writers'));
  inTree(join(source, 'a'), 100);
  toFile(join(source, 'b/restless'));
  await migration.start();
  migration.worker();

  await migration.done();

  const closed = migration.ledger('chunk closed');
  expect(existsSync(join(source, 'b/fleeting'))).toBe(false);
  expect(closed.some(({ sum }) => (sum['drifted'] ?? 0) > 0)).toBe(true);
  expect(closed.map(({ sum }) => sum['blocked'] ?? 0)).toEqual(closed.map(() => 0));
  await migration.proven();
  migration.expectNoStrays();
});
