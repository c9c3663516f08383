import { describe, expect, test } from '@jest/globals';
import {
  cutoverGates,
  readyData,
  readyToCutOver,
  UNTIL_APPROVED_MS,
  type CutoverFacts,
  type CutoverSettings,
} from '../../../src/policy/rounds/cutover.ts';

const HOUR = 3_600_000;
const START = Date.parse('2026-03-07T22:00:00Z');
const window = { startMs: START, endMs: START + 8 * HOUR };
const settings: CutoverSettings = {
  convergedEntries: 1000,
  convergedBytes: 2 ** 30,
  approval: 'required',
  window,
};
const lastRound = {
  kind: 'catch-up',
  changedEntries: 10,
  changedBytes: 2 ** 20,
  drifted: 0,
  unverified: 0,
};
const good: CutoverFacts = {
  now: START + HOUR,
  lastRound,
  blockedCount: 0,
  approvedBy: 'the operator',
  predictedMs: HOUR,
};
const without = (...names: (keyof CutoverFacts)[]): CutoverFacts =>
  Object.fromEntries(
    Object.entries(good).filter(([name]) => !names.includes(name as keyof CutoverFacts)),
  ) as unknown as CutoverFacts;

describe('readyToCutOver', () => {
  test('is ready if every gate is open, and names who approved', () => {
    expect(readyToCutOver(good, settings)).toEqual({
      ready: true,
      because: 'approved by the operator; inside the window until 2026-03-08 06:00 UTC',
    });
  });

  test.each<[string, string, CutoverFacts]>([
    ['caught up', 'no round is over yet', without('lastRound')],
    [
      'caught up',
      'only the seed is over; how much changes is not known yet',
      { ...good, lastRound: { ...lastRound, kind: 'seed' } },
    ],
    [
      'drift',
      'the last round had 1.00 GiB to copy, limit 1.00 GiB',
      { ...good, lastRound: { ...lastRound, changedBytes: 2 ** 30 + 1 } },
    ],
    [
      'drift',
      'the last round had 1001 changed entries, limit 1000',
      { ...good, lastRound: { ...lastRound, changedEntries: 1001 } },
    ],
    [
      'drift',
      'every chunk was blocked or still open in the last round: how much changes is not known',
      {
        ...good,
        lastRound: { ...lastRound, changedEntries: 0, changedBytes: 0, overNoChunk: true },
      },
    ],
    ['blocked', '1 chunk is blocked', { ...good, blockedCount: 1 }],
    ['blocked', '3 chunks are blocked', { ...good, blockedCount: 3 }],
    [
      'clean',
      '1 entry is copied but not verified',
      { ...good, lastRound: { ...lastRound, unverified: 1 } },
    ],
    [
      'clean',
      '1001 entries changed while they were copied, limit 1000',
      { ...good, lastRound: { ...lastRound, drifted: 1001 } },
    ],
    ['running', 'paused: by the operator', { ...good, paused: 'by the operator' }],
    ['running', 'the link is down: ENOTCONN', { ...good, linkDown: 'ENOTCONN' }],
    [
      'postponed',
      'postponed until 2026-03-08 01:00 UTC',
      { ...good, postponedUntilMs: START + 3 * HOUR },
    ],
    [
      'postponed',
      'postponed until somebody approves',
      { ...good, postponedUntilMs: UNTIL_APPROVED_MS },
    ],
    ['approval', 'waiting for approval', without('approvedBy')],
    ['window', 'the window opens 2026-03-07 22:00 UTC', { ...good, now: START - 1 }],
    ['window', 'the window closed 2026-03-08 06:00 UTC', { ...good, now: window.endMs }],
    [
      'fits',
      "the final round is expected to take 6h, too long for the 5h 36m that may be planned of the window's rest",
      { ...good, predictedMs: 6 * HOUR },
    ],
  ])('is not ready because of the gate "%s": %s', (gate, because, facts) => {
    expect(readyToCutOver(facts, settings)).toEqual({ ready: false, gate, because });
  });

  test.each<[string, CutoverFacts, CutoverSettings]>([
    ['no window is set', good, { ...settings, window: undefined } as unknown as CutoverSettings],
    [
      'the spec asks for no approval',
      without('approvedBy'),
      { ...settings, approval: 'automatic' },
    ],
    ['started by the operator', { ...good, now: START - 1, startedBy: 'the operator' }, settings],
    [
      'started by the operator',
      { ...good, predictedMs: 9 * HOUR, startedBy: 'the operator' },
      settings,
    ],
    ['inside the window', { ...good, now: START }, settings],
    ['approved by', { ...good, postponedUntilMs: good.now }, settings],
    [
      'approved by',
      { ...good, lastRound: { ...lastRound, changedEntries: 1000, changedBytes: 2 ** 30 } },
      settings,
    ],
  ])('is ready: %s', (because, facts, given) => {
    const answer = readyToCutOver(facts, given);

    expect(answer.ready).toBe(true);
    expect(answer.because).toContain(because);
  });

  test('start-cutover opens only the window gates', () => {
    const facts = { ...good, startedBy: 'the operator', blockedCount: 1 };

    expect(readyToCutOver(facts, settings)).toMatchObject({ ready: false, gate: 'blocked' });
  });
});

describe('readyData', () => {
  test('requires neither approval nor window', () => {
    expect(readyData({ ...without('approvedBy'), now: 0 }, settings)).toEqual({
      ready: true,
      because: 'the last round had 1.00 MiB in 10 changed entries',
    });
  });

  test('is not ready while a chunk is blocked', () => {
    expect(readyData({ ...good, blockedCount: 2 }, settings)).toMatchObject({
      ready: false,
      gate: 'blocked',
    });
  });
});

test('cutoverGates lists every gate once, in order', () => {
  expect(cutoverGates(good, settings).map((gate) => gate.name)).toEqual([
    'caught up',
    'drift',
    'blocked',
    'clean',
    'running',
    'postponed',
    'approval',
    'window',
    'fits',
  ]);
});
