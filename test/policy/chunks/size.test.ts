import { expect, test } from '@jest/globals';
import { bestRunMs, chooseChunkSize, dropCost } from '../../../src/policy/chunks/size.ts';

const MINUTE = 60_000;
const spec = { maxEntries: 500_000, maxBytes: 200 * 2 ** 30 };

test.each([
  [0, '1.00'],
  [0.5, '1.30'],
  [1, '1.72'],
  [2, '3.19'],
  [4, '13.40'],
  [6, '67.07'],
])('dropCost: a run of %d times the time between drops takes %s times as long', (ratio, cost) => {
  expect(dropCost(ratio).toFixed(2)).toBe(cost);
});

test.each([
  ['half the time between drops when the overhead is long', 8 * MINUTE, 22.5],
  // Close to sqrt(2 × 10 rounds × overhead × time between drops).
  ['less when the overhead is short, as starting again costs more', 1000, 3.9],
  ['no time at all when there is no overhead', 0, 0],
])('bestRunMs: a run lasts %s', (_what, overheadMs, runMinutes) => {
  expect(bestRunMs(45 * MINUTE, overheadMs) / MINUTE).toBeCloseTo(runMinutes, 0);
});

test('chooseChunkSize limits a run to half the time between drops, and gives the reason', () => {
  const size = chooseChunkSize({
    ...spec,
    bytesPerSecond: 6_250_000,
    meanTimeBetweenDropsMs: 45 * MINUTE,
    overheadMs: 8 * MINUTE,
  });

  expect(size.maxBytes / 6_250_000).toBeCloseTo(22.5 * 60, 0);
  expect(size.maxEntries).toBe(500_000);
  expect(size.because).toBe(
    '7.86 GiB a chunk and not 200.0 GiB: 22m 30s at 50 Mbit/s is 50 % of the 45m between drops, ' +
      'so starting again costs at most 30 % more; the fixed 8m a chunk adds 35.6 % a round',
  );
});

test('chooseChunkSize keeps the limits of the spec if drops are rare', () => {
  const size = chooseChunkSize({
    ...spec,
    bytesPerSecond: 125_000_000,
    meanTimeBetweenDropsMs: 24 * 60 * MINUTE,
    overheadMs: 8 * MINUTE,
  });

  expect(size).toMatchObject(spec);
  expect(size.because).toContain('is short against 1d between drops');
});

test.each([
  ['link.meanTimeBetweenDrops', { bytesPerSecond: 1e6 }],
  ['link.bandwidth', { meanTimeBetweenDropsMs: 45 * MINUTE }],
])('chooseChunkSize keeps the limits of the spec if %s is unknown', (missing, given) => {
  const size = chooseChunkSize({ ...spec, ...given });

  expect(size).toMatchObject(spec);
  expect(size.because).toContain(`${missing} is not given`);
});
