/** The breakers of a link with lanes: one event concerns one of them, and a step takes any that is up. */
import { describe, expect, test } from '@jest/globals';
import { CLOSED, type BreakerEvent } from '../../../src/policy/link/breaker.ts';
import {
  breakerOf,
  laneOutages,
  laneReports,
  linkStep,
  wayThrough,
  type LaneName,
  type LinkState,
} from '../../../src/policy/link/lanes.ts';

const settings = { failuresToOpen: 3, probeIntervalMs: 5000, probeIntervalMaxMs: 60_000 };
const [A, B] = ['agent 1 (a)', 'agent 2 (b)'];
const away = (nowMs: number): BreakerEvent => ({ type: 'probe failed', nowMs, because: 'silent' });
const back = (nowMs: number): BreakerEvent => ({ type: 'probe succeeded', nowMs });

function linkAfter(...events: readonly (readonly [LaneName, BreakerEvent])[]): LinkState {
  return events.reduce<LinkState>(
    (link, [lane, event]) => linkStep(link, lane, event, settings).link,
    CLOSED,
  );
}
const way = (link: LinkState, lanes: readonly string[], nowMs = 1000) => {
  const { action, lane, because } = wayThrough(link, lanes, nowMs, settings);
  return { action, lane, because };
};

test('an event of a lane leaves the link and the other lanes as they are', () => {
  const link = linkAfter([A, away(1000)]);

  expect(breakerOf(link, A)).toMatchObject({ name: 'open', sinceMs: 1000 });
  expect([undefined, B].map((lane) => breakerOf(link, lane))).toEqual([CLOSED, CLOSED]);
});

test('an event of the link keeps what is known of its lanes', () => {
  const link = linkAfter([A, away(1000)], [undefined, away(2000)], [undefined, back(5000)]);

  expect(link).toMatchObject({ name: 'closed', outageMs: 3000, lanes: { [A]: { name: 'open' } } });
});

test('a file from before there were lanes is read as it is, and written so that such a version reads it', () => {
  const old = { name: 'closed', failures: 1, outageMs: 7 } as const;
  expect(breakerOf(old, undefined)).toEqual(old);

  const { lanes, ...own } = linkStep(old, A, away(1000), settings).link;

  expect(own).toEqual(old);
  expect(Object.keys(lanes ?? {})).toEqual([A]);
});

describe('a step', () => {
  const aAway = linkAfter([A, away(1000)]);
  const bothAway = linkAfter([A, away(1000)], [B, away(3000)]);

  test.each([
    ['bound to a lane that is up', aAway, [B], 'go'],
    ['bound to a lane that is offline', aAway, [A], 'wait'],
    ['that any lane will do for, with one of them up', aAway, [A, B], 'go'],
    ['that any lane will do for, with none up', bothAway, [A, B], 'wait'],
    ['that needs no lane', bothAway, [], 'go'],
    ['of a link that is down, with its lane up', linkAfter([undefined, away(1000)]), [B], 'wait'],
  ] as const)('%s', (_what, link, lanes, action) => {
    expect(way(link, lanes, 3000).action).toBe(action);
  });

  test('says which lanes it waits for, for how long, and probes the first that is due', () => {
    expect(way(bothAway, [A, B], 7000)).toEqual({
      action: 'probe',
      lane: A,
      because:
        'agent 1 (a): offline for 6s; probing; agent 2 (b): offline for 4s; next probe 1970-01-01 00:00:08 UTC',
    });
  });
});

test('probes of a lane back off by themselves', () => {
  const link = linkAfter([A, away(0)], [A, away(5000)], [A, away(15_000)], [B, away(15_000)]);

  expect([A, B].map((lane) => breakerOf(link, lane))).toMatchObject([
    { nextProbeAtMs: 35_000 },
    { nextProbeAtMs: 20_000 },
  ]);
});

describe('what people see', () => {
  const link = linkAfter([A, away(0)], [A, back(60_000)], [A, away(100_000)]);
  const names = [A, B];

  test.each([
    ['bound to lanes: its chunks wait', link, true, [true, false]],
    ['in a pool: the others do its work', link, false, [false, false]],
    ['in a pool with none left', linkAfter([A, away(0)], [B, away(0)]), false, [true, true]],
  ] as const)('%s', (_what, state, bound, waits) => {
    expect(laneReports(state, { names, bound }).map((lane) => lane.waits)).toEqual(waits);
  });

  test('the time of each lane alone, with the outage that lasts', () => {
    const reports = laneReports(link, { names, bound: true });

    expect(laneOutages(reports, 100_000 + 11 * 60_000)).toEqual(['agent 1 (a): offline for 12m']);
  });
});
