/** What the commands print, line by line. */
import { describe, expect, test } from '@jest/globals';
import { lineText } from '../../src/terminal/texts/ledger.ts';
import { chunksTable, migrationsTable } from '../../src/terminal/texts/listings.ts';
import { statusText } from '../../src/terminal/texts/status.ts';
import { newsSince } from '../../src/terminal/texts/watch.ts';
import { openTerminal } from '../../src/terminal/terminal.ts';
import type { Snapshot } from '../../src/client/snapshot.ts';
import type { MigrationProgress, RoundReport } from '../../src/protocol/reports.ts';

const NOW = Date.parse('2026-11-25T12:00:00Z');

const progress: MigrationProgress = {
  migration: 'acme',
  phase: 'catching up',
  conditions: [],
  rounds: [],
  totals: { seen: 3, verified: 2, blocked: 1, bytes: 2048 },
  blocked: [],
  blockedCount: 0,
  nextRoundAt: '2026-11-25T12:10:00Z',
  intervalMs: 600_000,
  outageMs: 0,
  cutover: { ready: false, because: 'waiting for approval; next round 12:10' },
  nextSteps: ['longhaul watch acme  # follow the progress'],
  rejectedMessages: [],
};

const snapshot = (changes: Partial<MigrationProgress> = {}, at = '12:00:00'): Snapshot => ({
  at: `2026-11-25T${at}.000Z`,
  migration: 'acme',
  progress: { ...progress, ...changes },
  running: [],
});

const round = (number: number, endedAt: string): RoundReport => ({
  round: { number, kind: 'catch-up', deletes: false, verify: 'copied' },
  startedAt: '2026-11-25T11:00:00Z',
  endedAt: `2026-11-25T${endedAt}Z`,
  chunks: 2,
  clean: 2,
  blocked: [],
  blockedCount: 0,
  failedCount: 0,
  totals: { changedEntries: 1, changedBytes: 10 },
});

describe('longhaul status', () => {
  test('of a migration that catches up', () => {
    expect(statusText(snapshot(), { now: NOW }).split('\n')).toEqual([
      'acme: catching up',
      '  totals      3 entries seen (2.00 KiB) = 2 verified + 1 blocked',
      '  next round  in 10m (2026-11-25T12:10:00Z), because the interval is 10m',
      '  cutover     held: waiting for approval; next round 12:10',
      '  you can now',
      '    longhaul watch acme  # follow the progress',
    ]);
  });

  test.each(['done', 'aborted'] as const)('says nothing of a next round when it is %s', (phase) => {
    const cutover = { ready: true, because: 'approved by jo' };
    const totals = { seen: 2, verified: 2 };

    const text = statusText(snapshot({ phase, cutover, totals, approvedBy: 'jo' }), { now: NOW });

    expect(text.split('\n')).toEqual([
      `acme: ${phase}`,
      '  totals      2 entries seen = 2 verified',
      '  approved by jo',
      '  you can now',
      '    longhaul watch acme  # follow the progress',
    ]);
  });
});

describe('longhaul watch', () => {
  test('tells past rounds with their own time, then where things stand', () => {
    const rounds = [round(1, '11:05:00'), round(2, '11:20:00')];

    expect(newsSince(undefined, snapshot({ rounds }))).toEqual([
      '2026-11-25T11:05:00Z  round 1 (catch-up) closed after 5m: 2 of 2 chunks clean, 1 entry (10 B) changed',
      '2026-11-25T11:20:00Z  round 2 (catch-up) closed after 20m: 2 of 2 chunks clean, 1 entry (10 B) changed',
      '2026-11-25T12:00:00Z  catching up',
      '2026-11-25T12:00:00Z  cutover held: waiting for approval; next round 12:10',
    ]);
  });

  test('then tells only what is new', () => {
    const rounds = [round(1, '11:05:00')];
    const before = snapshot({ rounds });
    const cutover = { ready: false, because: 'waiting for approval; next round 12:30' };
    const after = snapshot(
      { rounds: [...rounds, round(2, '12:00:30')], cutover, phase: 'ready to cut over' },
      '12:01:00',
    );

    expect(newsSince(before, before)).toEqual([]);
    expect(newsSince(before, after)).toEqual([
      '2026-11-25T12:00:30Z  round 2 (catch-up) closed after 1h 30s: 2 of 2 chunks clean, 1 entry (10 B) changed',
      '2026-11-25T12:01:00Z  ready to cut over',
    ]);
  });

  test('ends with the phase alone', () => {
    expect(newsSince(snapshot(), snapshot({ phase: 'done' }))).toEqual([
      '2026-11-25T12:00:00Z  done',
    ]);
  });
});

test('longhaul chunks shows roots, sizes and the reason', () => {
  const rows = [
    { chunk: '0000', state: 'done', round: 2, entries: 1200, bytes: 2048, roots: ['', 'b'] },
    { chunk: '0001', state: 'blocked', round: 1, because: 'DISK_FULL: no space' },
  ];

  expect(chunksTable(rows).split('\n')).toEqual([
    'chunk  state    round  entries     bytes  roots',
    '0000   done         2    1,200  2.00 KiB  / /b',
    '0001   blocked      1',
    '  DISK_FULL: no space',
  ]);
});

test.each`
  phase            | status          | shown
  ${'catching up'} | ${'RUNNING'}    | ${'catching up'}
  ${''}            | ${'RUNNING'}    | ${'not begun'}
  ${'done'}        | ${'COMPLETED'}  | ${'done'}
  ${'seeding'}     | ${'TERMINATED'} | ${'terminated'}
`('longhaul list shows $shown for $phase, $status', ({ phase, status, shown }) => {
  const row = { migration: 'acme', phase, status, blockedChunks: 0, startedAt: '' };

  expect(migrationsTable([row as never]).split('\n')[1]).toContain(`acme       ${shown}`);
});

test('longhaul list says so when the server has forgotten the first run', () => {
  const row = { migration: 'acme', phase: 'seeding', status: 'RUNNING', blockedChunks: 0 };
  const started = { startedAt: '2026-03-01T12:34:56.000Z', startedBefore: true };

  expect(migrationsTable([{ ...row, ...started }])).toMatch(/ before 2026-03-01 12:34$/);
});

test('a terminal that says it is 0 columns wide is taken as one of 80', () => {
  const stream = { write: () => undefined, isTTY: true, columns: 0 };
  const signal = new AbortController().signal;

  const { columns } = openTerminal({
    ...{ stdout: stream, stderr: stream, json: false, noColor: true, signal },
  });

  expect(columns).toBe(80);
});

test('longhaul ledger shows what a hook printed last, without control characters', () => {
  const line = {
    seq: 7,
    at: '2026-11-26T00:59:21.177Z',
    kind: 'hook',
    key: 'hook/freeze/1',
    hook: 'freeze',
    exitCode: 7,
    output: 'stopping\n\u001b[31mcannot stop\u0007\n',
    elapsedMs: 52,
    because: 'ended with exit code 7',
  };

  expect(lineText(line as never).split('\n')).toEqual([
    '7  2026-11-26T00:59:21Z  hook  freeze, exit 7 after 52 ms: ended with exit code 7',
    '      | stopping',
    '      |  [31mcannot stop ',
  ]);
});
