import { describe, expect, test } from '@jest/globals';
import { nextRound } from '../../../src/policy/rounds/cadence.ts';
import type { PastRound } from '../../../src/policy/rounds/forecast.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const GB = 1e9;
const T0 = Date.parse('2026-03-01T00:00:00Z');
const settings = {
  intervalStartMs: 24 * HOUR,
  intervalFloorMs: HOUR,
  convergedEntries: 10_000,
  convergedBytes: 5 * GB,
};
const bytesPerSecond = 6_250_000; // 50 Mbit/s

const round = (
  startHour: number,
  hours: number,
  changedBytes: number,
  changedEntries = 100,
): PastRound => ({
  startedAtMs: T0 + startHour * HOUR,
  endedAtMs: T0 + (startHour + hours) * HOUR,
  changedBytes,
  changedEntries,
});
const at = (hour: number) => T0 + hour * HOUR;

describe('nextRound', () => {
  test('starts the first round at once', () => {
    expect(nextRound({ now: at(0), rounds: [] }, settings)).toMatchObject({
      action: 'start',
      atMs: at(0),
      because: 'at once: this is the first round',
    });
  });

  test('starts at once after a seed that took longer than the interval', () => {
    const next = nextRound({ now: at(1700), rounds: [round(0, 1700, 30_000 * GB)] }, settings);

    expect(next).toMatchObject({ action: 'start', atMs: at(1700) });
    expect(next.because).toMatch(/^now: /);
  });

  test('waits until as much has changed as counts as converged', () => {
    const rounds = [round(0, 24, 500 * GB), round(24, 2, 20 * GB)]; // 20 GB a day: 5 GB in 6 h

    const next = nextRound({ now: at(26), rounds, bytesPerSecond }, settings);

    expect(next).toEqual({
      action: 'wait',
      atMs: at(30),
      intervalMs: 6 * HOUR,
      estimatedMs: 2 * HOUR - ((15 * GB) / bytesPerSecond) * 1000,
      because:
        '2026-03-02 06:00 UTC: drift 4.66 GiB, est. 1h 20m; every 6h, in which no more changes than counts as converged',
    });
  });

  test('counts changed entries as well as bytes', () => {
    const rounds = [round(0, 24, 500 * GB), round(24, 1, GB, 80_000)];

    expect(nextRound({ now: at(25), rounds }, settings).intervalMs).toBe(3 * HOUR);
  });

  test('uses the floor once the drift has converged', () => {
    const rounds = [round(0, 24, 500 * GB), round(24, 0.1, 4 * GB)];

    const next = nextRound({ now: at(24.5), rounds }, settings);

    expect(next).toMatchObject({ action: 'wait', atMs: at(25), intervalMs: HOUR });
    expect(next.because).toContain(
      'converged, with 3.73 GiB in 100 entries last time: every 1h, the shortest allowed',
    );
  });

  test('never chooses an interval shorter than a round takes', () => {
    const rounds = [round(0, 24, 500 * GB), round(24, 3, 0.1 * GB)]; // 3 h of scan

    const next = nextRound({ now: at(27), rounds, bytesPerSecond }, settings);

    expect(next.intervalMs / HOUR).toBeCloseTo(3, 1);
    expect(next.because).toContain('as a round takes that long anyway');
  });

  test('never chooses an interval longer than intervalStart', () => {
    const rounds = [round(0, 24, 500 * GB), round(24, 1, 1), round(48, 1, 6 * GB)];

    const next = nextRound({ now: at(49), rounds }, { ...settings, intervalStartMs: 12 * HOUR });

    expect(next.intervalMs).toBe(12 * HOUR);
    expect(next.because).toContain('every 12h, the longest allowed');
  });

  test('gives the reason if the source changes faster than the link carries', () => {
    const rounds = [round(0, 24, 500 * GB), round(24, 30, 600 * GB)];

    const next = nextRound({ now: at(54), rounds, bytesPerSecond }, settings);

    expect(next).toMatchObject({ action: 'start', intervalMs: HOUR });
    expect(next.because).toContain('the source changes faster than the link carries');
  });

  test('does not count an outage as a slow scan', () => {
    const slow = round(24, 3, 0.1 * GB);
    const rounds = [round(0, 24, 500 * GB), { ...slow, outageMs: 2.9 * HOUR }];

    expect(nextRound({ now: at(27), rounds, bytesPerSecond }, settings).intervalMs).toBe(HOUR);
  });

  const blocked = (startHour: number): PastRound => ({
    ...round(startHour, 0.1, 0, 0),
    overNoChunk: true,
  });
  test.each<[string, PastRound[], number, RegExp]>([
    ['in the seed', [blocked(0)], 24, /until the drift is known/],
    ['after the seed', [round(0, 24, 500 * GB), blocked(24)], 24, /until the drift is known/],
    [
      'after a round that measured it',
      [round(0, 24, 500 * GB), round(24, 2, 20 * GB), blocked(30)],
      6,
      /in which no more changes than counts as converged/,
    ],
    [
      'before it was measured again, over the whole time since',
      [round(0, 24, 500 * GB), round(24, 2, 20 * GB), blocked(30), round(48, 2, 20 * GB)],
      6,
      /in which no more changes than counts as converged/,
    ],
  ])(
    'does not count a round over no chunk as a round without drift: %s',
    (_, rounds, hours, why) => {
      const last = rounds.at(-1)!;

      const next = nextRound({ now: last.endedAtMs, rounds }, settings);

      expect(next).toMatchObject({ action: 'wait', atMs: last.startedAtMs + hours * HOUR });
      expect(next.because).toMatch(why);
    },
  );

  test('shortens the interval as a steadily changing source is caught up with', () => {
    const rounds = [round(0, 24, 500 * GB)];
    const intervals: number[] = [];
    let start = 24;
    for (let i = 0; i < 4; i++) {
      const before = rounds.at(-1)?.startedAtMs ?? 0;
      const drift = ((at(start) - before) / (24 * HOUR)) * 20 * GB;
      rounds.push(round(start, 0.3, drift));
      const next = nextRound({ now: at(start + 0.3), rounds }, settings);
      intervals.push(next.intervalMs / HOUR);
      start = (next.atMs - T0) / HOUR;
    }

    expect(intervals).toEqual([6, 1, 1, 1]);
  });
});
