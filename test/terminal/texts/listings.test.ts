/** The tables of `longhaul list` and `longhaul chunks`. */
import { expect, test } from '@jest/globals';
import { chunksTable, migrationsTable } from '../../../src/terminal/texts/listings.ts';

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
`(
  'longhaul list shows "$shown" for the phase "$phase" and the status $status',
  ({ phase, status, shown }) => {
    const row = { migration: 'acme', phase, status, blockedChunks: 0, startedAt: '' };

    expect(migrationsTable([row as never]).split('\n')[1]).toContain(`acme       ${shown}`);
  },
);

test('longhaul list marks the start as earlier when the server has deleted the first run', () => {
  const row = { migration: 'acme', phase: 'seeding', status: 'RUNNING', blockedChunks: 0 };
  const started = { startedAt: '2026-03-01T12:34:56.000Z', startedBefore: true };

  expect(migrationsTable([{ ...row, ...started }])).toMatch(/ before 2026-03-01 12:34$/);
});
