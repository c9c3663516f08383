/** The lines that `longhaul watch` prints between two snapshots. */
import { describe, expect, test } from '@jest/globals';
import { eventsBetween } from '../../../src/terminal/texts/watch.ts';
import type { MigrationProgress } from '../../../src/protocol/reports.ts';
import { reportOf, snapshotOf } from './snapshots.ts';

const BLOCKED = {
  chunk: '0007',
  step: 'copy' as const,
  code: 'PERMISSION_DENIED',
  because: 'a/b',
  since: '',
};

/** No rounds, no totals, no gate that changes by itself. */
const quietSnapshot = (progress: Partial<MigrationProgress>) =>
  snapshotOf({
    totals: {},
    cutover: { ready: false, because: 'no round is over yet' },
    ...progress,
  });

const linesBetween = (
  before: Partial<MigrationProgress>,
  now: Partial<MigrationProgress>,
): string[] =>
  eventsBetween(quietSnapshot(before), quietSnapshot(now)).map((line) =>
    line.slice('2026-11-25T12:00:00Z  '.length),
  );

describe('the lines of longhaul watch', () => {
  test('begin with the past rounds at their own times and the current state', () => {
    const rounds = [reportOf(1, '11:05:00'), reportOf(2, '11:20:00')];

    expect(eventsBetween(undefined, snapshotOf({ rounds }))).toEqual([
      '2026-11-25T11:05:00Z  round 1 (catch-up) closed after 5m: 2 of 2 chunks clean, 1 entry (10 B) changed',
      '2026-11-25T11:20:00Z  round 2 (catch-up) closed after 20m: 2 of 2 chunks clean, 1 entry (10 B) changed',
      '2026-11-25T12:00:00Z  catching up',
      '2026-11-25T12:00:00Z  cutover held: waiting for approval; next round 12:10',
    ]);
  });

  test('then show only what is new', () => {
    const rounds = [reportOf(1, '11:05:00')];
    const before = snapshotOf({ rounds });
    const cutover = { ready: false, because: 'waiting for approval; next round 12:30' };
    const after = snapshotOf(
      { rounds: [...rounds, reportOf(2, '12:00:30')], cutover, phase: 'ready to cut over' },
      '12:01:00',
    );

    expect(eventsBetween(before, before)).toEqual([]);
    expect(eventsBetween(before, after)).toEqual([
      '2026-11-25T12:00:30Z  round 2 (catch-up) closed after 1h 30s: 2 of 2 chunks clean, 1 entry (10 B) changed',
      '2026-11-25T12:01:00Z  ready to cut over',
    ]);
  });

  test('end with the phase, without a gate', () => {
    expect(eventsBetween(snapshotOf(), snapshotOf({ phase: 'done' }))).toEqual([
      '2026-11-25T12:00:00Z  done',
    ]);
  });

  test('name a blocked chunk once, with its reason', () => {
    const because = '1 chunk, first 0007: a/b';
    const conditions = [{ name: 'blocked', because, since: '' }];

    expect(linesBetween({}, { conditions, blocked: [BLOCKED], blockedCount: 1 })).toEqual([
      'blocked: 0007  copy  PERMISSION_DENIED: a/b',
    ]);
    expect(linesBetween({ conditions, blocked: [BLOCKED], blockedCount: 1 }, {})).toEqual([
      'no longer blocked: 0007',
    ]);
  });

  test('show that the link goes down and comes back', () => {
    const down = { conditions: [{ name: 'link down', because: 'EIO', since: '' }] };

    expect(linesBetween({}, down)).toEqual(['link down: EIO']);
    expect(linesBetween(down, {})).toEqual(['no longer link down']);
  });

  test('show a new gate of the cutover, but not new figures of the same gate', () => {
    const held = (because: string) => ({ cutover: { ready: false, because } });

    expect(linesBetween({}, held('waiting for approval; drift 1 KiB'))).toEqual([
      'cutover held: waiting for approval; drift 1 KiB',
    ]);
    expect(
      linesBetween(
        held('waiting for approval; drift 1 KiB'),
        held('waiting for approval; drift 2 KiB'),
      ),
    ).toEqual([]);
  });
});
