/** A tree of everything that has broken copy programs before, from the first command to the last. */
import { afterEach, expect, test } from '@jest/globals';
import { openMigration, type Migration } from '../support/migrations/migration.ts';
import { nastyTree } from '../support/trees/nasty-tree.ts';
import { makeTree } from '../support/trees/tree.ts';

let migration: Migration;
afterEach(() => migration.close());

test('longhaul start and longhaul approve, with nasty names, times, links and attributes', async () => {
  migration = await openMigration({ spec: { cutover: { approval: 'required' } } });
  makeTree(migration.source, nastyTree({ levels: 100 }));
  await migration.start();
  migration.worker();
  await migration.until('it is ready', ({ phase }) => phase === 'ready to cut over');
  const approved = await migration.longhaul('approve', 'm', '--by', 'ann', '--reason', 'rehearsed');
  expect([approved.exit, approved.stdout]).toEqual([0, expect.stringContaining('approved')]);
  await migration.done();
  await migration.proven();

  const [begun, ...more] = migration.ledger('migration started');
  expect(more).toEqual([]);
  const { stdout } = await migration.longhaul('list', '--json');
  const { startedAt } = JSON.parse(stdout.split('\n')[0]!) as { startedAt: string };
  expect(begun).toMatchObject({ by: expect.anything() });
  expect(Math.abs(Date.parse(startedAt) - Date.parse(begun!.at))).toBeLessThan(1_000);
});
