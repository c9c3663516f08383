import { expect, test } from '@jest/globals';
import { planChunks } from '../../../src/policy/chunks/plan-chunks.ts';
import { rootLabel } from '../../../src/terminal/texts/root-label.ts';
import { planRoots } from '../../../src/policy/chunks/listed.ts';
import { chunkRunMs, renderPlan } from '../../../src/terminal/texts/plan.ts';

const summaries = [
  { path: '', entries: 5, bytes: 0 },
  { path: 'a', entries: 10, bytes: 2e9 },
  { path: 'b\n', entries: 20, bytes: 2e9 },
  { path: 'big', entries: 9, bytes: 20e9 },
  { path: 'c', entries: 5, bytes: 3e9 },
];
const limits = { maxEntries: 1000, maxBytes: 5e9, bytesPerSecond: 6_250_000 };

test('a plan shows chunk, entries, bytes, time and roots, and the chunks above the limits', () => {
  expect(renderPlan(planChunks(summaries, limits, { now: 0 }))).toMatchInlineSnapshot(`
   "Plan 1, made 1970-01-01T00:00:00.000Z: 49 entries, 25.1 GiB in 5 directories
   3 chunks: at most 1,000 entries and 4.66 GiB a chunk, as the spec says; link.meanTimeBetweenDrops is not given

   chunk  entries     bytes     time  roots
   0000         7  2.79 GiB    8m 5s  /, without 3 below it
   0001        32  3.73 GiB  10m 45s  /a … /b%0A (2 directories)
   0002        10  18.6 GiB  53m 25s  /big

   Above the limits:
     0002: big has 18.6 GiB in files of its own, limit 4.66 GiB; a directory is not split"
  `);
});

test('a plan names what is not known about a source that is not mounted', () => {
  const text = renderPlan(planRoots(['b', 'a'], limits, { now: 0 }));

  expect(text).toMatch(/^Plan 1, made \S+: entries, bytes, times, names .* are not known$/m);
  expect(text).toMatch(/^0001 +\? +\? +\? +\/a$/m);
  expect(text).not.toMatch(/\b0 B\b/);
});

test('a plan shows no time when the bandwidth is not known', () => {
  const plan = planChunks(summaries, { maxEntries: 1000, maxBytes: 5e12 }, { now: 0 });

  expect(renderPlan(plan)).toMatch(/^0000 +49 +25\.1 GiB +\? {2}\/$/m);
});

test.each([
  [{ entries: 1, bytes: 6_250_000 * 100 }, 105_000],
  [{ entries: 500_000, bytes: 1 }, 1_005_000],
])('a run takes the longer of byte and entry time, plus the overhead: %j', (chunk, ms) => {
  expect(chunkRunMs(chunk, { limits })).toBe(ms);
});

test('a long path is shown without its middle', () => {
  const deep = Array.from({ length: 100 }, (_, i) => `level${i}`).join('/');

  expect(rootLabel(deep)).toBe('/level0/level1/level2/level3/…/level97/level98/level99');
  expect(rootLabel('a/b')).toBe('/a/b');
  expect(rootLabel('')).toBe('/');
  expect(rootLabel(`${'x'.repeat(200)}/y`).length).toBeLessThanOrEqual(60);
});

test('a plan counts one chunk, one entry and one directory in the singular', () => {
  const one = planChunks([{ path: '', entries: 1, bytes: 0 }], limits, { now: 0 });

  expect(renderPlan(one)).toMatch(/: 1 entry, 0 B in 1 directory\n1 chunk: /);
});
