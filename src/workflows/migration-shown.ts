/** What people see of a migration: the answer of the query `progress`, and the page in the Temporal UI. */
import { nextSteps } from '../policy/next-steps.ts';
import { formatBytes, formatDuration } from '../units.ts';
import type { MigrationProgress } from './api.ts';
import { cutoverReady, nextRoundOf, settingsOf } from './migration-facts.ts';
import { rejectedLines } from './rejected.ts';
import { blockedChunks, type MigrationState } from './migration-state.ts';

const MOST_BLOCKED = 50;

// eslint-disable-next-line complexity -- optional members, each with its own condition
export function progressOf(
  migration: string,
  state: MigrationState,
  now: number,
): MigrationProgress {
  const blocked = blockedChunks(state);
  const cutover = cutoverReady(state, now);
  const conditions = conditionsOf(state);
  const waits = state.settings !== undefined && state.news === undefined && state.rounds.length > 0;
  const next = waits ? nextRoundOf(state, now) : undefined;
  return {
    migration,
    phase: state.phase,
    conditions,
    ...(state.news ? { round: roundOf(state, blocked.length) } : {}),
    rounds: state.rounds,
    totals: state.totals,
    blocked: blocked
      .slice(0, MOST_BLOCKED)
      .map(({ chunk, step, code, because, since }) => ({ chunk, step, code, because, since })),
    blockedCount: blocked.length,
    ...(next ? { nextRoundAt: new Date(next.atMs).toISOString() } : {}),
    intervalMs: next?.intervalMs ?? (state.settings ? settingsOf(state).intervalStartMs : 0),
    outageMs: state.link?.outageMs ?? 0,
    ...(state.approved ? { approvedBy: state.approved.by } : {}),
    cutover: {
      ready: cutover.ready,
      because:
        next && !cutover.ready ? `${cutover.because}; next round ${next.because}` : cutover.because,
    },
    nextSteps: nextSteps({
      migration,
      phase: state.phase,
      conditions: conditions.map(({ name }) => name),
      blocked,
      blockedCount: blocked.length,
      ...(cutover.gate ? { gate: cutover.gate } : {}),
      ...(state.approved ? { approvedBy: state.approved.by } : {}),
      roundRuns: state.news !== undefined,
    }),
    rejectedMessages: state.rejected,
  };
}

function roundOf(state: MigrationState, blocked: number): NonNullable<MigrationProgress['round']> {
  const { round, kind, chunks, done, running } = state.news!;
  return { number: round, kind, chunks: chunks || state.chunks, done, running, blocked };
}

function conditionsOf(state: MigrationState): MigrationProgress['conditions'] {
  const blocked = blockedChunks(state);
  const [first] = blocked;
  return [
    ...(state.paused
      ? [
          {
            name: 'paused',
            because: `${state.paused.because} (${state.paused.by})`,
            since: state.paused.at,
          },
        ]
      : []),
    ...(state.link?.state === 'open'
      ? [{ name: 'link down', because: state.link.because, since: state.link.since }]
      : []),
    ...(first
      ? [
          {
            name: 'blocked',
            because: `${blocked.length} ${blocked.length === 1 ? 'chunk' : 'chunks'}, first ${first.chunk}: ${first.because}`,
            since: first.since,
          },
        ]
      : []),
    ...(state.postponed
      ? [
          {
            name: 'postponed',
            because: `${state.postponed.because} (${state.postponed.by})`,
            since: state.postponed.at,
          },
        ]
      : []),
  ];
}

/** Markdown; the UI shows no images and no HTML. */
export function detailsOf(migration: string, state: MigrationState, now: number): string {
  const shown = progressOf(migration, state, now);
  const { round, totals } = shown;
  return [
    `**${shown.phase}**: ${state.because}`,
    ...shown.conditions.map(
      ({ name, because, since }) => `- **${name}** since ${since}: ${because}`,
    ),
    '',
    ...(round
      ? [
          `Round ${round.number} (${round.kind}): ${round.done} of ${round.chunks} chunks done, ${round.blocked} blocked; moving: ${round.running.join(', ') || 'nothing'}`,
        ]
      : []),
    `Verified: ${totals['verified'] ?? 0} of ${totals['seen'] ?? 0} entries, ${formatBytes(totals['bytes'] ?? 0)}; last round changed ${totals['changedEntries'] ?? 0}`,
    ...(shown.nextRoundAt ? [`Next round: ${shown.nextRoundAt}`] : []),
    `Cutover: ${shown.cutover.ready ? 'ready' : 'not yet'}, ${shown.cutover.because}`,
    ...(shown.outageMs > 0 ? [`Outages: ${formatDuration(shown.outageMs)}`] : []),
    '',
    'You can now:',
    ...shown.nextSteps.map((step) => `- \`${step}\``),
    ...rejectedLines(shown.rejectedMessages),
  ].join('\n');
}
