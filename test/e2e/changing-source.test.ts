/**
 * Processes write to the source all the time. A file that changes under its copy is tried again,
 * then left to the next round and listed; when the freeze hook has stopped them, both sides are equal.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { openMigration, type Migration } from '../support/migrations/migration.ts';
import { stopAll } from '../support/processes/processes.ts';
import { freezeHook, writers } from '../support/trees/writers.ts';

let migration: Migration;
afterEach(async () => {
  await stopAll();
  await migration.close();
});

function fill(source: string): void {
  mkdirSync(join(source, 'busy'));
  for (let d = 0; d < 10; d++) {
    mkdirSync(join(source, 'busy', `d${d}`));
    for (let f = 0; f < 40; f++)
      writeFileSync(join(source, 'busy', `d${d}`, `f${f}`), `${d} ${f}\n`);
  }
  writeFileSync(join(source, 'restless'), Buffer.alloc(2_000_000, 'x'));
}

test('longhaul start, while the source changes all the time', async () => {
  migration = await openMigration({
    spec: (root) => ({
      link: { bandwidth: '64 Mbit/s' }, // a copy of the restless file takes a quarter of a second
      cutover: { freeze: freezeHook(join(root, 'writers')) },
    }),
  });
  const { source, root } = migration;
  fill(source);
  const { inTree, toFile } = writers(join(root, 'writers'));
  inTree(join(source, 'busy'), 100);
  toFile(join(source, 'restless'));
  await migration.start();
  migration.worker();

  await migration.done();

  const rounds = migration.ledger('chunk closed').map(({ sum }) => sum['drifted'] ?? 0);
  expect(rounds[0]).toBeGreaterThan(0);
  expect(rounds.at(-1)).toBe(0);
  const { stdout } = await migration.longhaul('ledger', 'm', '--entry', 'restless');
  expect(stdout).toMatch(/round 1: new, drifted/);
  await migration.proven();
});
