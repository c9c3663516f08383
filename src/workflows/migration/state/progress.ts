/** Answers the query `progress`: the migration as `longhaul status` and the Temporal UI show it. */
import type { NextRound } from '../../../policy/rounds/cadence.ts';
import type { CutoverAnswer } from '../../../policy/rounds/cutover.ts';
import { nextSteps } from '../../../policy/rounds/next-steps.ts';
import type { MigrationProgress } from '../../../protocol/reports.ts';
import { cutoverReady, nextRoundOf, settingsOf } from './facts.ts';
import { blockedChunks, type Attribution, type MigrationState } from './state.ts';

const MAX_BLOCKED = 50;

type Conditions = MigrationProgress['conditions'];

export function progressOf(
  migration: string,
  state: MigrationState,
  now: number,
): MigrationProgress {
  const cutover = cutoverReady(state, now);
  const next = nextRoundIfWaiting(state, now);
  const conditions = conditionsOf(state);
  return {
    migration,
    phase: state.phase,
    conditions,
    ...runningRound(state),
    rounds: state.rounds,
    totals: state.totals,
    ...blockedOf(state),
    ...(next ? { nextRoundAt: new Date(next.atMs).toISOString() } : {}),
    intervalMs: next?.intervalMs ?? startInterval(state),
    outageMs: state.link?.outageMs ?? 0,
    ...(state.link?.lanes ? { lanes: state.link.lanes } : {}),
    ...approvalOf(state),
    cutover: { ready: cutover.ready, because: heldBecause(cutover, next) },
    nextSteps: nextSteps({
      migration,
      phase: state.phase,
      conditions: conditions.map(({ name }) => name),
      blocked: blockedChunks(state),
      blockedCount: blockedChunks(state).length,
      ...(cutover.gate ? { gate: cutover.gate } : {}),
      ...approvalOf(state),
      roundRuns: state.news !== undefined,
    }),
    rejectedMessages: state.rejected,
  };
}

/** Returns the next round; undefined while one runs, before the first is over, and during the cutover. */
function nextRoundIfWaiting(state: MigrationState, now: number): NextRound | undefined {
  const between = state.phase === 'catching up' || state.phase === 'ready to cut over';
  const waits = between && state.settings !== undefined && state.news === undefined;
  return waits && state.rounds.length > 0 ? nextRoundOf(state, now) : undefined;
}

const startInterval = (state: MigrationState): number =>
  state.settings ? settingsOf(state).intervalStartMs : 0;

const approvalOf = ({ approved }: MigrationState): Pick<MigrationProgress, 'approvedBy'> =>
  approved ? { approvedBy: approved.by } : {};

function heldBecause({ ready, because }: CutoverAnswer, next: NextRound | undefined): string {
  return next && !ready ? `${because}; next round ${next.because}` : because;
}

function runningRound(state: MigrationState): Pick<MigrationProgress, 'round'> {
  if (!state.news) return {};
  const { round: number, kind, chunks, done, running } = state.news;
  const blocked = blockedChunks(state).length;
  return { round: { number, kind, chunks: chunks || state.chunks, done, running, blocked } };
}

function blockedOf(state: MigrationState): Pick<MigrationProgress, 'blocked' | 'blockedCount'> {
  const all = blockedChunks(state);
  const blocked = all
    .slice(0, MAX_BLOCKED)
    .map(({ chunk, step, code, because, since }) => ({ chunk, step, code, because, since }));
  return { blocked, blockedCount: all.length };
}

function conditionsOf(state: MigrationState): Conditions {
  const { paused, link, postponed, givenUp } = state;
  return [
    ...decided('paused', paused),
    ...(link?.state === 'open'
      ? [{ name: 'link down', because: link.because, since: link.since }]
      : []),
    ...lanesDown(state),
    ...blockedCondition(state),
    ...decided('postponed', postponed),
    ...(givenUp && givenUp.because !== postponed?.because
      ? [{ name: 'given up', because: givenUp.because, since: givenUp.at }]
      : []),
  ];
}

function lanesDown({ link }: MigrationState): Conditions {
  return (link?.lanes ?? []).flatMap(({ lane, waits, since }) => {
    const because = `${lane}: offline; ${waits ? 'its chunks wait' : 'other lanes do its work'}`;
    return since === undefined ? [] : [{ name: 'lane down', because, since }];
  });
}

const decided = (name: string, decision: Attribution | undefined): Conditions =>
  decision ? [{ name, because: `${decision.because} (${decision.by})`, since: decision.at }] : [];

function blockedCondition(state: MigrationState): Conditions {
  const blocked = blockedChunks(state);
  const [first] = blocked;
  if (!first) return [];
  const count = `${blocked.length} ${blocked.length === 1 ? 'chunk' : 'chunks'}`;
  const because = `${count}, first ${first.chunk}: ${first.because}`;
  return [{ name: 'blocked', because, since: first.since }];
}
