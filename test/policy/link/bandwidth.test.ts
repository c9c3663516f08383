import { expect, test } from '@jest/globals';
import { bandwidthNow, type LinkLimits } from '../../../src/policy/link/bandwidth.ts';

const MBIT = 125_000;
const limits: LinkLimits = {
  bandwidth: 50 * MBIT,
  timeZone: 'Europe/Berlin',
  calendar: [
    { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '18:00', bandwidth: 10 * MBIT },
    { days: ['fri'], from: '22:00', to: '06:00', bandwidth: 90 * MBIT },
  ],
};
const at = (time: string) => ({ now: Date.parse(time), liveWorkers: 1 });

// 2026-03-02 is a Monday; Berlin is UTC+1 until 2026-03-29, then UTC+2.
test.each([
  ['a working hour', '2026-03-02T08:00:00+01:00', 10],
  ['its last minute', '2026-03-02T17:59:59+01:00', 10],
  ['its end', '2026-03-02T18:00:00+01:00', 50],
  ['before it begins', '2026-03-02T07:59:59+01:00', 50],
  ['a working hour in UTC that is none there', '2026-03-02T17:30:00Z', 50],
  ['a working hour in summer time', '2026-03-30T06:30:00Z', 10],
  ['a Sunday', '2026-03-01T12:00:00+01:00', 50],
  ['Friday night', '2026-03-06T23:00:00+01:00', 90],
  ['Saturday morning, which belongs to Friday night', '2026-03-07T05:59:00+01:00', 90],
  ['Friday morning, which belongs to Thursday night', '2026-03-06T05:59:00+01:00', 50],
  ['midnight after Friday', '2026-03-07T00:00:00+01:00', 90],
])('%s has the bandwidth of its calendar row, or that of the spec', (_what, time, mbit) => {
  expect(bandwidthNow(at(time), limits).bytesPerSecond).toBe(mbit * MBIT);
});

test('a row from 00:00 to 24:00 covers the whole day', () => {
  const all: LinkLimits = {
    calendar: [{ from: '00:00', to: '24:00', bandwidth: 1 }],
    timeZone: 'UTC',
  };

  for (const time of ['T00:00:00Z', 'T12:00:00Z', 'T23:59:59Z'])
    expect(bandwidthNow(at(`2026-03-01${time}`), all).bytesPerSecond).toBe(1);
});

test('the reason names the row that applies', () => {
  expect(bandwidthNow(at('2026-03-02T09:00:00Z'), limits).because).toBe(
    '10 Mbit/s from 08:00 to 18:00 Europe/Berlin',
  );
});

test.each([
  [{ override: 20 * MBIT }, 20 * MBIT, '20 Mbit/s, as set'],
  [{ override: 'none' as const }, undefined, 'no limit, as set'],
])(
  'the setting of an operator takes precedence over the calendar: %j',
  (override, bytesPerSecond, because) => {
    expect(bandwidthNow({ ...at('2026-03-02T09:00:00Z'), ...override }, limits)).toEqual({
      bytesPerSecond,
      because,
    });
  },
);

test('live workers share the link evenly, and an invalid count means one worker', () => {
  const now = at('2026-03-01T12:00:00Z');

  expect(bandwidthNow({ ...now, liveWorkers: 4 }, limits)).toEqual({
    bytesPerSecond: 12.5 * MBIT,
    because: '50 Mbit/s, as the spec says, shared by 4 workers',
  });
  expect(bandwidthNow({ ...now, liveWorkers: 0 }, limits).bytesPerSecond).toBe(50 * MBIT);
  expect(bandwidthNow({ ...now, liveWorkers: Number.NaN }, limits).bytesPerSecond).toBe(50 * MBIT);
});

test('there is no limit when none is given', () => {
  expect(bandwidthNow(at('2026-03-01T12:00:00Z'), { calendar: [], timeZone: 'UTC' })).toEqual({
    bytesPerSecond: undefined,
    because: 'no limit is given',
  });
});
