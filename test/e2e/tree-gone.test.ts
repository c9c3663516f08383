/**
 * A tree goes away in the middle of a round that may delete everything, and comes back. Nothing is
 * deleted, nothing is written to what is there instead, and the chunks go on.
 */
import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { openMigration, type Migration } from '../support/migrations/migration.ts';
import { bindMount, closeMounts, mountMissing, type Mount } from '../support/trees/mounts.ts';
import { until } from '../support/processes/processes.ts';
import { isCopying } from '../support/trees/tree.ts';

let migration: Migration;
let mount: Mount;
afterEach(async () => {
  await migration.stop();
  await closeMounts();
  await migration.close();
});

/** A chunk each. What one copies takes seconds, so that the tree goes while most have not begun. */
const DIRECTORIES = ['a', 'b', 'c', 'd', 'e', 'f'];

function fill(source: string): void {
  for (const name of DIRECTORIES) {
    mkdirSync(join(source, name));
    for (let f = 0; f < 20; f++) writeFileSync(join(source, name, `f${f}`), `${name} ${f}\n`);
  }
}

const names = (tree: string): string[] =>
  readdirSync(tree, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.includes('.longhaul-'))
    .sort();

/** Several chunks, one at a time; the seed is through, and the next round waits for `longhaul run-round`. */
async function seeded(mounted?: 'source' | 'destination'): Promise<void> {
  migration = await openMigration({
    spec: {
      chunks: { maxEntries: 25 },
      concurrency: { chunks: 1 },
      link: { bandwidth: '8 Mbit/s' },
      rounds: { intervalStart: '1h' },
      deletes: { when: 'every round', maxPercent: 100 },
      cutover: { approval: 'required' },
    },
    prepare(trees) {
      if (mounted === undefined) return;
      const real = `${trees[mounted]}.real`;
      mkdirSync(real);
      mount = bindMount(real, trees[mounted]);
    },
  });
  fill(migration.source);
  await migration.start();
  migration.worker();
  await migration.until('it is seeded', ({ phase }) => phase === 'catching up');
}

/** A round begins in which every chunk has much to copy, slowly; resolves when the first one copies. */
async function inMidRound(): Promise<void> {
  for (const name of DIRECTORIES)
    writeFileSync(join(migration.source, name, 'large'), Buffer.alloc(3_000_000, name));
  await said('run-round', 'm');
  await until('the round copies', () => isCopying(migration.destination));
}

async function said(...args: readonly string[]): Promise<void> {
  const { exit, stderr } = await migration.longhaul(...args);
  if (exit !== 0) throw new Error(`longhaul ${args.join(' ')} ended with ${exit}:\n${stderr}`);
}

/** Of a round over no chunk nothing is known: the chunks end it, and another one shows what changes. */
async function goesOn(): Promise<void> {
  await said('set-bandwidth', 'm', 'none');
  await said('retry', 'm');
  await until('the chunks have ended the round', () => {
    const closed = migration.ledger('chunk closed').filter(({ round }) => round === 2);
    return closed.length >= DIRECTORIES.length;
  });
  await said('run-round', 'm');
  await said('approve', 'm');
  await migration.done();
  await migration.proven();
}

async function allBlocked(code: RegExp): Promise<void> {
  const { blocked } = await migration.until(
    'the round is over',
    ({ rounds }) => rounds.at(-1)?.round.number === 2,
  );
  expect(blocked.length).toBeGreaterThanOrEqual(DIRECTORIES.length);
  for (const one of blocked) expect(one.code).toMatch(code);
  expect((await migration.longhaul('status', 'm')).stdout).toMatch(code);
}

describe('a tree that goes away in mid-round', () => {
  test('longhaul run-round, and the source directory is renamed', async () => {
    await seeded();
    const before = names(migration.destination);
    await inMidRound();

    renameSync(migration.source, `${migration.source}.away`);
    await allBlocked(/SOURCE_MISSING/);
    expect(names(migration.destination)).toEqual(expect.arrayContaining(before));
    const late = migration.worker();
    await late.line(/Not working on m.*SOURCE_MISSING/);

    renameSync(`${migration.source}.away`, migration.source);
    await late.line(/^Working on m/);
    await goesOn();
  });

  const testMounts = mountMissing === undefined ? test : test.skip;
  const why = mountMissing === undefined ? '' : ` (${mountMissing})`;
  testMounts(`longhaul run-round, and the source is unmounted${why}`, async () => {
    await seeded('source');
    const before = names(migration.destination);
    await inMidRound();

    mount.unmount();
    await allBlocked(/SOURCE_CHANGED_IDENTITY/);
    expect(names(migration.destination)).toEqual(expect.arrayContaining(before));

    mount.mount();
    await goesOn();
  });

  testMounts(`longhaul run-round, and the destination is unmounted${why}`, async () => {
    await seeded('destination');
    const before = names(migration.destination);
    await inMidRound();

    mount.unmount();
    await allBlocked(/DESTINATION_MISSING/);
    expect(names(migration.destination)).toEqual([]);

    mount.mount();
    expect(names(migration.destination)).toEqual(expect.arrayContaining(before));
    await goesOn();
  });
});
