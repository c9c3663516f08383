/** What close() writes down of each entry, and what it removes once that is durable. */
import { appendFileSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { eventsOf } from '../../../../src/ledger/entry-events.ts';
import { openBench, type Bench } from '../../contract.ts';
import { posix } from '../bench.ts';
import { directory, file } from '../../../support/trees/tree.ts';

let bench: Bench;
afterEach(async () => {
  await bench.engine.dispose();
  rmSync(bench.root, { recursive: true, force: true });
});

const story = (path: string) =>
  eventsOf(bench.job({}).store, path).events.map(({ round, what, status }) =>
    [round, what, status].filter((word) => word !== undefined).join(' '),
  );

test('an entry has its story over the rounds, and one that stays the same costs nothing', async () => {
  bench = openBench(posix, {
    same: file('s'),
    d: directory({ changes: file('a'), goes: file('g') }),
  });
  await bench.round({ kind: 'seed', deletes: false });
  appendFileSync(join(bench.source, 'd/changes'), 'more');
  rmSync(join(bench.source, 'd/goes'));
  await bench.round({ deletes: false });
  await bench.round({ deletes: false });
  await bench.round({ deletes: true });

  expect(story('same')).toEqual([]);
  expect(story('d/changes')).toEqual(['2 changed verified']);
  expect(story('d/goes')).toEqual(['2 gone awaiting delete', '4 deleted']);
});

test('a round that is closed keeps no manifest of the rounds before it, and closes again the same', async () => {
  bench = openBench(posix, { a: file('a') });
  await bench.round({ kind: 'seed' });
  appendFileSync(join(bench.source, 'a'), 'more');
  const { sum } = await bench.round();
  const { directory: chunk } = bench.job({}).store;

  expect(existsSync(join(chunk, 'round-1'))).toBe(false);
  expect(readdirSync(chunk)).toEqual(expect.arrayContaining(['catalog', 'events', 'round-2']));
  expect(await bench.engine.close(bench.job({}))).toEqual(sum);
  expect(story('a')).toEqual(['2 changed verified']);
});
