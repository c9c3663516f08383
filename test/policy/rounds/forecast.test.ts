import { describe, expect, test } from '@jest/globals';
import {
  fixedPointMs,
  forecastSeed,
  roundMs,
  scanMsOf,
} from '../../../src/policy/rounds/forecast.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const bytesPerSecond = 6_250_000; // 50 Mbit/s: 540 GB a day

describe('fixedPointMs', () => {
  test.each([
    [0, 1],
    [0.5, 2],
    [0.9, 10],
  ])('with changes at %d of the link, a round takes %d times its scan', (share, times) => {
    const facts = { scanMs: HOUR, driftBytesPerSecond: share * bytesPerSecond, bytesPerSecond };

    expect(fixedPointMs(facts)).toBeCloseTo(times * HOUR, 3);
  });

  test('is undefined if the changes are as fast as the link', () => {
    expect(
      fixedPointMs({ scanMs: HOUR, driftBytesPerSecond: bytesPerSecond, bytesPerSecond }),
    ).toBeUndefined();
  });

  test('is the limit to which consecutive rounds converge', () => {
    let lastMs = 100 * HOUR;
    for (let i = 0; i < 50; i++) lastMs = HOUR + lastMs * 0.3;

    expect(lastMs).toBeCloseTo(
      fixedPointMs({ scanMs: HOUR, driftBytesPerSecond: 3, bytesPerSecond: 10 }) ?? 0,
      0,
    );
  });
});

describe('forecastSeed', () => {
  test('30 TB at 50 Mbit/s take 55.6 days, dominated by the transfer', () => {
    const forecast = forecastSeed({ entries: 0, bytes: 30e12, chunks: 0, bytesPerSecond });

    expect((forecast.totalMs ?? 0) / DAY).toBeCloseTo(55.6, 1);
    expect(forecast.because).toBe(
      '100 % of it is the transfer of the bytes: 27.3 TiB at 50 Mbit/s',
    );
  });

  test('many small files take long even on a fast link', () => {
    const forecast = forecastSeed({
      entries: 20e6,
      bytes: 1e9,
      chunks: 10,
      bytesPerSecond: 125e6,
      entriesPerSecond: 1000,
    });

    expect(forecast.dominant?.what).toBe('number of entries');
    expect(forecast.totalMs).toBeCloseTo(20e6 + 10 * 5000 + 8000);
  });

  test('100 chunks with 3 min overhead cost 5 h per round', () => {
    const forecast = forecastSeed({ entries: 0, bytes: 0, chunks: 100, overheadMs: 180_000 });

    expect(forecast.parts[0]).toMatchObject({ what: 'overhead of the chunks', ms: 5 * HOUR });
  });

  test('includes the cost of drops for chunks that start again', () => {
    const bytes = 2 * 3600 * bytesPerSecond; // two chunks of an hour
    const forecast = forecastSeed({
      entries: 0,
      bytes,
      chunks: 2,
      bytesPerSecond,
      meanTimeBetweenDropsMs: 2 * HOUR,
    });

    expect(forecast.parts.find((part) => part.what === 'cost of drops')?.ms).toBeCloseTo(
      2 * HOUR * 0.2974,
      -3,
    );
  });

  test('has no total if the bandwidth is unknown', () => {
    const forecast = forecastSeed({ entries: 1, bytes: 1, chunks: 1 });

    expect(forecast.totalMs).toBeUndefined();
    expect(forecast.because).toContain('link.bandwidth is not given');
  });

  test('gives the reason if it never catches up because the changes outrun the link', () => {
    const forecast = forecastSeed({
      entries: 1,
      bytes: 1,
      chunks: 1,
      bytesPerSecond,
      driftBytesPerSecond: 7e6,
    });

    expect(forecast.because).toBe(
      'it never catches up: 563.3 GiB a day change, the link carries 502.9 GiB',
    );
  });
});

describe('roundMs', () => {
  const last = {
    startedAtMs: 0,
    endedAtMs: 2 * HOUR,
    changedEntries: 1,
    changedBytes: 3600 * bytesPerSecond,
  };

  test('adds the transfer of the next round to the scan of the last', () => {
    expect(scanMsOf(last, bytesPerSecond)).toBe(HOUR);
    expect(roundMs(last, 1800 * bytesPerSecond, bytesPerSecond)).toBe(1.5 * HOUR);
  });

  test('equals the last round if the bandwidth is unknown', () => {
    expect(roundMs(last, 1, undefined)).toBe(2 * HOUR);
  });

  test('never estimates a negative scan if the link was faster than its bandwidth', () => {
    expect(scanMsOf({ ...last, changedBytes: 1e15 }, bytesPerSecond)).toBe(0);
  });
});
