import { describe, expect, test } from '@jest/globals';
import {
  keepSamples,
  snapshot,
  sumReports,
  type ProgressSample,
} from '../../src/policy/progress.ts';

const sample = (seconds: number, doneBytes: number, changes: Partial<ProgressSample> = {}) => ({
  atMs: seconds * 1000,
  doneEntries: doneBytes / 10,
  totalEntries: 100,
  doneBytes,
  totalBytes: 1000,
  ...changes,
});

describe('snapshot', () => {
  test('gives rates and the time left', () => {
    expect(snapshot([sample(0, 0), sample(10, 200)])).toEqual({
      doneEntries: 20,
      totalEntries: 100,
      doneBytes: 200,
      totalBytes: 1000,
      bytesPerSecond: 20,
      entriesPerSecond: 2,
      leftMs: 40_000,
      because: 'the bytes decide',
    });
  });

  test('takes the slower of bytes and entries', () => {
    const last = sample(10, 900, { doneEntries: 10 });

    expect(snapshot([sample(0, 0), last])).toMatchObject({
      leftMs: 90_000,
      because: 'the number of entries decides',
    });
  });

  test.each<[string, ProgressSample[], string | undefined]>([
    [
      'how much there is to do is not known yet',
      [sample(0, 0), sample(10, 200, { totalBytes: undefined })],
      undefined,
    ],
    ['nothing has moved lately', [sample(0, 200), sample(10, 200)], undefined],
    ['nothing has moved lately', [sample(10, 200)], undefined],
    ['nothing has moved lately', [sample(0, 0), sample(1, 200)], undefined],
    ['too little is done to tell', [sample(0, 0), sample(10, 9)], undefined],
    ['the link is down', [sample(0, 0), sample(10, 200)], 'the link is down'],
    ['nothing is running', [], undefined],
  ])('gives no time left when %s', (because, samples, waiting) => {
    expect(snapshot(samples, waiting)).toMatchObject({ leftMs: undefined, because });
  });

  test('has no time left when all is done', () => {
    expect(snapshot([sample(0, 900), sample(10, 1000)])).toMatchObject({
      leftMs: 0,
      because: 'all is done',
    });
  });
});

describe('keepSamples', () => {
  test('forgets what is older than a minute', () => {
    const kept = keepSamples([sample(0, 0), sample(30, 10)], sample(70, 20));

    expect(kept.map(({ atMs }) => atMs)).toEqual([30_000, 70_000]);
  });

  test('keeps one to compare with when samples are rare', () => {
    expect(keepSamples([sample(0, 0), sample(10, 10)], sample(500, 20))).toHaveLength(2);
  });

  test('begins anew when a step ended and the sums dropped', () => {
    expect(keepSamples([sample(0, 0), sample(10, 500)], sample(20, 100))).toEqual([
      sample(20, 100),
    ]);
  });
});

describe('sumReports', () => {
  test('adds up what runs', () => {
    const one = { doneEntries: 1, totalEntries: 2, doneBytes: 3, totalBytes: 4 };

    expect(sumReports([one, one], 5)).toEqual({
      atMs: 5,
      doneEntries: 2,
      totalEntries: 4,
      doneBytes: 6,
      totalBytes: 8,
    });
  });

  test('knows no total when one of them does not', () => {
    const known = { doneEntries: 1, totalEntries: 2, doneBytes: 3, totalBytes: 4 };
    const scanning = { doneEntries: 1, totalEntries: undefined, doneBytes: 0, totalBytes: 0 };

    expect(sumReports([known, scanning], 0)).toMatchObject({
      totalEntries: undefined,
      totalBytes: 4,
    });
    expect(sumReports([], 0).totalEntries).toBeUndefined();
  });
});
