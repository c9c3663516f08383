import { describe, expect, test } from '@jest/globals';
import { newsSince } from '../../src/terminal/texts/watch.ts';
import type { Snapshot } from '../../src/client/snapshot.ts';
import type { MigrationProgress } from '../../src/protocol/reports.ts';

const BLOCKED = {
  chunk: '0007',
  step: 'copy' as const,
  code: 'PERMISSION_DENIED',
  because: 'a/b',
  since: '',
};

function look(progress: Partial<MigrationProgress>): Snapshot {
  const all: MigrationProgress = {
    migration: 'acme',
    phase: 'seeding',
    conditions: [],
    rounds: [],
    totals: {},
    blocked: [],
    blockedCount: 0,
    intervalMs: 1000,
    outageMs: 0,
    cutover: { ready: false, because: 'no round is over yet' },
    nextSteps: [],
    rejectedMessages: [],
    ...progress,
  };
  return { at: '2026-01-02T03:04:05.678Z', migration: 'acme', progress: all, running: [] };
}

const news = (before: Partial<MigrationProgress>, now: Partial<MigrationProgress>) =>
  newsSince(look(before), look(now)).map((line) => line.replace('2026-01-02T03:04:05Z  ', ''));

describe('what happened between two looks', () => {
  test('a chunk that is blocked is told once, with its reason', () => {
    const because = '1 chunk, first 0007: a/b';
    const conditions = [{ name: 'blocked', because, since: '' }];

    expect(news({}, { conditions, blocked: [BLOCKED], blockedCount: 1 })).toEqual([
      'blocked: 0007  copy  PERMISSION_DENIED: a/b',
    ]);
    expect(news({ conditions, blocked: [BLOCKED], blockedCount: 1 }, {})).toEqual([
      'no longer blocked: 0007',
    ]);
  });

  test('a link that drops and comes back', () => {
    const down = { conditions: [{ name: 'link down', because: 'EIO', since: '' }] };

    expect(news({}, down)).toEqual(['link down: EIO']);
    expect(news(down, {})).toEqual(['no longer link down']);
  });

  test('the gate of the cutover, when another holds it; not each time its figures move', () => {
    const held = (because: string) => ({ cutover: { ready: false, because } });

    expect(news({}, held('waiting for approval; drift 1 KiB'))).toEqual([
      'cutover held: waiting for approval; drift 1 KiB',
    ]);
    expect(
      news(held('waiting for approval; drift 1 KiB'), held('waiting for approval; drift 2 KiB')),
    ).toEqual([]);
  });
});
