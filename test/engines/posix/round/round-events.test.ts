/** The events that close() writes for each entry, and the files that it removes once they are durable. */
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

test('an entry has an event for each change, and an unchanged entry has none', async () => {
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

test('close removes the manifests of previous rounds, and gives the same result when repeated', async () => {
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
