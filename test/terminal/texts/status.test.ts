/** The text of `longhaul status`, line by line. */
import { describe, expect, test } from '@jest/globals';
import { statusText } from '../../../src/terminal/texts/status.ts';
import { NOW, snapshotOf } from './snapshots.ts';

describe('longhaul status', () => {
  test('shows totals, the next round, the cutover gate and the next commands', () => {
    expect(statusText(snapshotOf(), { now: NOW }).split('\n')).toEqual([
      'acme: catching up',
      '  totals      3 entries seen (2.00 KiB) = 2 verified + 1 blocked',
      '  next round  in 10m (2026-11-25T12:10:00Z), because the interval is 10m',
      '  cutover     held: waiting for approval; next round 12:10',
      '  you can now',
      '    longhaul watch acme  # follow the progress',
    ]);
  });

  test.each(['done', 'aborted'] as const)(
    'shows neither a next round nor a gate when the migration is %s',
    (phase) => {
      const cutover = { ready: true, because: 'approved by jo' };
      const totals = { seen: 2, verified: 2 };

      const text = statusText(snapshotOf({ phase, cutover, totals, approvedBy: 'jo' }), {
        now: NOW,
      });

      expect(text.split('\n')).toEqual([
        `acme: ${phase}`,
        '  totals      2 entries seen = 2 verified',
        '  approved by jo',
        '  you can now',
        '    longhaul watch acme  # follow the progress',
      ]);
    },
  );
});
