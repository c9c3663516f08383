/** The breakers of a link with lanes: an event changes one breaker, and a step uses any lane that is online. */
import { describe, expect, test } from '@jest/globals';
import { CLOSED, type BreakerEvent } from '../../../src/policy/link/breaker.ts';
import {
  breakerOf,
  decideLink,
  laneOutages,
  laneReports,
  linkStep,
  type LaneName,
  type LinkState,
} from '../../../src/policy/link/lanes.ts';

const settings = { failuresToOpen: 3, probeIntervalMs: 5000, probeIntervalMaxMs: 60_000 };
const [A, B] = ['agent 1 (a)', 'agent 2 (b)'];
const failedProbe = (nowMs: number): BreakerEvent => ({
  type: 'probe failed',
  nowMs,
  because: 'silent',
});
const succeededProbe = (nowMs: number): BreakerEvent => ({ type: 'probe succeeded', nowMs });

function linkAfter(...events: readonly (readonly [LaneName, BreakerEvent])[]): LinkState {
  return events.reduce<LinkState>(
    (link, [lane, event]) => linkStep(link, lane, event, settings).link,
    CLOSED,
  );
}
const decisionFor = (link: LinkState, lanes: readonly string[], nowMs = 1000) => {
  const { action, lane, because } = decideLink(link, lanes, nowMs, settings);
  return { action, lane, because };
};

test('an event of a lane does not change the link and the other lanes', () => {
  const link = linkAfter([A, failedProbe(1000)]);

  expect(breakerOf(link, A)).toMatchObject({ name: 'open', sinceMs: 1000 });
  expect([undefined, B].map((lane) => breakerOf(link, lane))).toEqual([CLOSED, CLOSED]);
});

test('an event of the link keeps the state of its lanes', () => {
  const link = linkAfter(
    [A, failedProbe(1000)],
    [undefined, failedProbe(2000)],
    [undefined, succeededProbe(5000)],
  );

  expect(link).toMatchObject({ name: 'closed', outageMs: 3000, lanes: { [A]: { name: 'open' } } });
});

test('a state file without lanes can be read, and older versions can read what is written', () => {
  const old = { name: 'closed', failures: 1, outageMs: 7 } as const;
  expect(breakerOf(old, undefined)).toEqual(old);

  const { lanes, ...own } = linkStep(old, A, failedProbe(1000), settings).link;

  expect(own).toEqual(old);
  expect(Object.keys(lanes ?? {})).toEqual([A]);
});

describe('a step on a link with two lanes', () => {
  const aOffline = linkAfter([A, failedProbe(1000)]);
  const bothOffline = linkAfter([A, failedProbe(1000)], [B, failedProbe(3000)]);

  test.each([
    ['bound to a lane that is online goes', aOffline, [B], 'go'],
    ['bound to a lane that is offline waits', aOffline, [A], 'wait'],
    ['that can use any lane goes when one is online', aOffline, [A, B], 'go'],
    ['that can use any lane waits when all are offline', bothOffline, [A, B], 'wait'],
    ['that needs no lane goes', bothOffline, [], 'go'],
    [
      'waits when the link is down, even if its lane is online',
      linkAfter([undefined, failedProbe(1000)]),
      [B],
      'wait',
    ],
  ] as const)('%s', (_what, link, lanes, action) => {
    expect(decisionFor(link, lanes, 3000).action).toBe(action);
  });

  test('names the lanes it waits for and for how long, and probes the first that is due', () => {
    expect(decisionFor(bothOffline, [A, B], 7000)).toEqual({
      action: 'probe',
      lane: A,
      because:
        'agent 1 (a): offline for 6s; probing; agent 2 (b): offline for 4s; next probe 1970-01-01 00:00:08 UTC',
    });
  });
});

test('each lane has its own probe back-off', () => {
  const link = linkAfter(
    [A, failedProbe(0)],
    [A, failedProbe(5000)],
    [A, failedProbe(15_000)],
    [B, failedProbe(15_000)],
  );

  expect([A, B].map((lane) => breakerOf(link, lane))).toMatchObject([
    { nextProbeAtMs: 35_000 },
    { nextProbeAtMs: 20_000 },
  ]);
});

describe('a lane report', () => {
  const link = linkAfter(
    [A, failedProbe(0)],
    [A, succeededProbe(60_000)],
    [A, failedProbe(100_000)],
  );
  const names = [A, B];

  test.each([
    ['shows that chunks bound to an offline lane wait', link, true, [true, false]],
    ['shows no waiting when other lanes take over the work', link, false, [false, false]],
    [
      'shows that chunks wait when all lanes are offline',
      linkAfter([A, failedProbe(0)], [B, failedProbe(0)]),
      false,
      [true, true],
    ],
  ] as const)('%s', (_what, state, bound, waits) => {
    expect(laneReports(state, { names, bound }).map((lane) => lane.waits)).toEqual(waits);
  });

  test('adds up the outages of each lane, the current one included', () => {
    const reports = laneReports(link, { names, bound: true });

    expect(laneOutages(reports, 100_000 + 11 * 60_000)).toEqual(['agent 1 (a): offline for 12m']);
  });
});
