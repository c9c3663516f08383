/** Deletes: refused above the caps, and moved to the trash where the spec has one. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import type { SpecInput } from '../../src/spec/schema.ts';
import { openMigration, type Migration } from '../support/migration.ts';

let migration: Migration;
afterEach(() => migration.close());

/** Directories a and b, a chunk each; everything is seeded and waits for the approval. */
async function ready(deletes: SpecInput['deletes']): Promise<void> {
  migration = await openMigration({
    spec: { chunks: { maxEntries: 21 }, cutover: { approval: 'required' }, deletes },
  });
  for (const name of ['a', 'b']) {
    mkdirSync(join(migration.source, name));
    for (let f = 0; f < 20; f++)
      writeFileSync(join(migration.source, name, `f${f}`), `${name}${f}`);
  }
  await migration.start();
  migration.worker();
  await migration.until('it is ready', ({ phase }) => phase === 'ready to cut over');
}

async function said(...args: readonly string[]): Promise<void> {
  const { exit, stderr } = await migration.longhaul(...args);
  if (exit !== 0) throw new Error(`longhaul ${args.join(' ')} ended with ${exit}:\n${stderr}`);
}

const at = (...names: string[]): string => join(migration.source, ...names);
const copied = (...names: string[]): string => join(migration.destination, ...names);

test('longhaul approve, after half of a directory was deleted by mistake', async () => {
  await ready({ maxCount: 5 });
  renameSync(at('b'), join(migration.root, 'kept'));
  mkdirSync(at('b'));
  for (let f = 0; f < 10; f++) renameSync(join(migration.root, 'kept', `f${f}`), at('b', `f${f}`));
  rmSync(at('a', 'f1'));

  await said('approve', 'm');
  const { blocked } = await migration.until('a chunk is blocked', (it) => it.blockedCount > 0);
  expect(blocked).toEqual([
    expect.objectContaining({
      code: 'DELETE_REFUSED',
      because: expect.stringContaining('more than 5'),
    }),
  ]);
  expect(readdirSync(copied('b'))).toHaveLength(20);
  await migration.until('the other one has deleted', () => !existsSync(copied('a', 'f1')));

  for (let f = 10; f < 17; f++) renameSync(join(migration.root, 'kept', `f${f}`), at('b', `f${f}`));
  await said('retry', 'm', '--reason', 'brought back from the backup');
  await migration.done();
  expect(readdirSync(copied('b'))).toHaveLength(17);
  await migration.proven();
});

test('longhaul approve, with deletes that go to the trash', async () => {
  await ready({ maxPercent: 100, trash: { keepFor: '30d' } });
  rmSync(at('a', 'f1'));
  rmSync(at('b'), { recursive: true });
  await said('approve', 'm');
  await migration.done();

  await migration.proven({ excludes: ['/.longhaul-trash'] });
  const trash = readdirSync(copied('.longhaul-trash'), { recursive: true, encoding: 'utf8' });
  expect(trash.filter((name) => /\/f\d+$/.test(name))).toHaveLength(21);
});
