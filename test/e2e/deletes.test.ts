/** Deletes: refused above the caps, and moved to the trash where the spec has one. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import type { SpecInput } from '../../src/spec/schema.ts';
import { openMigration, type Migration } from '../support/migrations/migration.ts';
import { until } from '../support/processes/processes.ts';

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

test('longhaul approve and chunks --entries, after half of a directory was deleted by mistake', async () => {
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
      because: expect.stringMatching(
        /^10 of \d+ entries .* limit 5 \(deletes.maxCount\); one of them: b\/f/,
      ),
    }),
  ]);
  expect(readdirSync(copied('b'))).toHaveLength(20);
  const { stdout } = await migration.longhaul('chunks', 'm', '--entries');
  expect(stdout.match(/^ {4}b\/f1\d {2}DELETE_REFUSED: would be deleted/gm)?.length).toBe(10);
  await migration.until('the other one has deleted', () => !existsSync(copied('a', 'f1')));

  for (let f = 10; f < 17; f++) renameSync(join(migration.root, 'kept', `f${f}`), at('b', `f${f}`));
  await said('retry', 'm', '--reason', 'brought back from the backup');
  await migration.done();
  expect(readdirSync(copied('b'))).toHaveLength(17);
  await migration.proven();
});

test('longhaul allow-deletes, after half of a directory was cleared on purpose', async () => {
  await ready({ maxCount: 5 });
  for (let f = 0; f < 10; f++) rmSync(at('b', `f${f}`));
  await said('approve', 'm');
  const { blocked } = await migration.until('a chunk is blocked', (it) => it.blockedCount > 0);
  const { chunk, because } = blocked[0]!;
  expect(because).toContain('10 of ');
  expect((await migration.longhaul('allow-deletes', 'm', '--count', '9')).exit).toBe(2);
  expect(readdirSync(copied('b'))).toHaveLength(20);

  await said('allow-deletes', 'm', chunk, '--count', '9', '--reason', 'nine were cleared');
  await until('it is refused again', () => migration.ledger('chunk blocked').length === 2);
  expect(readdirSync(copied('b'))).toHaveLength(20);
  await migration.until('it is blocked again', (it) => it.blockedCount > 0);

  await said('allow-deletes', 'm', '--count', '10', '--reason', 'ten, it was');
  await migration.done();
  expect(readdirSync(copied('b'))).toHaveLength(10);
  await migration.proven();
  const decisions = migration.ledger('decision').filter((it) => it.message === 'allowDeletes');
  expect(decisions).toMatchObject([
    { because: 'nine were cleared', details: { chunk, count: 9 } },
    { because: 'ten, it was', details: { count: 10 } },
  ]);
  const controls = join(migration.state, 'migrations', 'm', 'controls.json');
  expect(JSON.parse(readFileSync(controls, 'utf8'))).toMatchObject({ deletesAllowed: {} });
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

  const { exit, stderr } = await migration.longhaul('ledger', 'm', '--verify');
  expect(exit).toBe(0);
  expect(stderr).toMatch(/\.longhaul-trash\/m\/\d+ {2}kept until .*\n {2}longhaul empty-trash m$/m);
  await said('empty-trash', 'm', '--all', '--yes');
  await migration.proven();
});
