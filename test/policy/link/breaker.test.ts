import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  backOffMs,
  breakerStep,
  CLOSED,
  outageMs,
  type BreakerEvent,
  type BreakerState,
} from '../../../src/policy/link/breaker.ts';

const settings = { failuresToOpen: 3, probeIntervalMs: 5000, probeIntervalMaxMs: 60_000 };
const failed = (nowMs: number): BreakerEvent => ({ type: 'failed', nowMs, because: 'ENOTCONN' });
const probeFailed = (nowMs: number): BreakerEvent => ({
  type: 'probe failed',
  nowMs,
  because: 'EIO',
});

function run(...events: BreakerEvent[]) {
  let state: BreakerState = CLOSED;
  const steps = events.map((event) => {
    const step = breakerStep(state, event, settings);
    state = step.state;
    return step;
  });
  const last = steps.at(-1);
  if (last === undefined) throw new Error('no events');
  return last;
}
const opened = [failed(1000), failed(2000), failed(3000)];

describe('a closed breaker', () => {
  test('lets steps continue until several failures came in a row', () => {
    expect(run(failed(1000), failed(2000))).toMatchObject({
      action: 'go',
      because: '2 failed in a row, last: ENOTCONN',
    });
  });

  test('opens at the third failure in a row', () => {
    expect(run(...opened)).toEqual({
      state: {
        name: 'open',
        sinceMs: 1000,
        because: 'ENOTCONN',
        probes: 0,
        nextProbeAtMs: 8000,
        outageMs: 0,
      },
      action: 'wait',
      waitMs: 5000,
      changed: 'opened',
      because: 'the link is down for 2s: ENOTCONN; next probe 1970-01-01 00:00:08 UTC',
    });
  });

  test('starts counting again after a success', () => {
    const step = run(failed(1), failed(2), { type: 'succeeded', nowMs: 3 }, failed(4), failed(5));

    expect(step).toMatchObject({ action: 'go', state: { failures: 2, firstFailureAtMs: 4 } });
  });

  test('opens at once when a probe fails', () => {
    expect(run(probeFailed(1000))).toMatchObject({ action: 'wait', changed: 'opened' });
  });
});

describe('an open breaker', () => {
  test('asks for a probe when the back-off is over', () => {
    expect(run(...opened, { type: 'asked', nowMs: 7999 }).action).toBe('wait');
    expect(run(...opened, { type: 'asked', nowMs: 8000 }).action).toBe('probe');
  });

  test('asks for another probe when the prober was killed', () => {
    const step = run(
      ...opened,
      { type: 'probe started', nowMs: 8000 },
      { type: 'asked', nowMs: 9000 },
    );

    expect(step).toMatchObject({ action: 'probe', state: { name: 'probing' } });
  });

  test('waits longer after each failed probe, up to the maximum', () => {
    expect([0, 1, 2, 3, 4, 5, 1000].map((probes) => backOffMs(probes, settings))).toEqual([
      5000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000,
    ]);
    expect(run(...opened, probeFailed(8000))).toMatchObject({ action: 'wait', waitMs: 10_000 });
    expect(run(...opened, probeFailed(8000), probeFailed(18_000))).toMatchObject({
      waitMs: 20_000,
    });
  });

  test('is not closed by a step that finishes', () => {
    expect(run(...opened, { type: 'succeeded', nowMs: 4000 }).state.name).toBe('open');
  });

  test('does not postpone the probe when more steps fail', () => {
    expect(run(...opened, failed(7000)).state).toMatchObject({ nextProbeAtMs: 8000, probes: 0 });
  });

  test('keeps the reason of the outage when a probe fails', () => {
    expect(run(...opened, probeFailed(8000))).not.toHaveProperty('changed');
    expect(run(...opened, probeFailed(8000)).because).toContain('ENOTCONN');
  });

  test('closes when a probe succeeds, and counts the outage from the first failure', () => {
    const step = run(...opened, { type: 'probe succeeded', nowMs: 61_000 });

    expect(step).toEqual({
      state: { name: 'closed', failures: 0, outageMs: 60_000 },
      action: 'go',
      waitMs: 0,
      changed: 'closed',
      because: 'the link is up',
    });
  });
});

test('outage time adds up over outages and includes the current one', () => {
  const { state } = run(
    ...opened,
    { type: 'probe succeeded', nowMs: 11_000 },
    failed(20_000),
    failed(20_001),
    failed(20_002),
  );

  expect(outageMs(state, 25_000)).toBe(10_000 + 5000);
});

test('outage time never runs backwards, and only a probe closes what was opened', () => {
  const event = fc.constantFrom<BreakerEvent['type']>(
    'asked',
    'succeeded',
    'failed',
    'probe started',
    'probe succeeded',
    'probe failed',
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(event, fc.nat(20_000)), { maxLength: 60 }), (events) => {
      let state: BreakerState = CLOSED;
      let nowMs = 0;
      let last = 0;
      for (const [type, afterMs] of events) {
        nowMs += afterMs;
        const step = breakerStep(state, { type, nowMs, because: 'x' }, settings);
        if (step.changed === 'closed') expect(type).toBe('probe succeeded');
        if (step.state.name !== 'closed') expect(step.action).not.toBe('go');
        state = JSON.parse(JSON.stringify(step.state)) as BreakerState;
        expect(outageMs(state, nowMs)).toBeGreaterThanOrEqual(last);
        last = outageMs(state, nowMs);
      }
      expect(last).toBeLessThanOrEqual(nowMs);
    }),
  );
});
