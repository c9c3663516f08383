/** Snapshots of a migration that is catching up, for tests of texts. */
import type { Snapshot } from '../../../src/client/snapshot.ts';
import type { MigrationProgress, RoundReport } from '../../../src/protocol/reports.ts';

export const NOW = Date.parse('2026-11-25T12:00:00Z');

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

export const snapshotOf = (
  changes: Partial<MigrationProgress> = {},
  at = '12:00:00',
): Snapshot => ({
  at: `2026-11-25T${at}.000Z`,
  migration: 'acme',
  progress: { ...progress, ...changes },
  running: [],
});

export const reportOf = (number: number, endedAt: string): RoundReport => ({
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
