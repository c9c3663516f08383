/** Derives the facts that the decisions in policy/ need from the state of a migration. */
import {
  readyData,
  readyToCutOver,
  type CutoverAnswer,
  type CutoverFacts,
} from '../../../policy/rounds/cutover.ts';
import { nextRound, type NextRound } from '../../../policy/rounds/cadence.ts';
import { roundMs, type PastRound } from '../../../policy/rounds/forecast.ts';
import type { RoundReport } from '../../../protocol/reports.ts';
import type { WorkflowSettings } from '../../../spec/settings.ts';
import type { MigrationState } from './state.ts';

/** Returns the settings of the spec with the changes of operators. */
export function settingsOf(state: MigrationState): WorkflowSettings {
  const { settings, intervalFloorMs, intervalStartMs } = state;
  return {
    ...settings!,
    ...(intervalStartMs === undefined ? {} : { intervalStartMs }),
    ...(intervalFloorMs === undefined ? {} : { intervalFloorMs }),
  };
}

/** Rehearsals and final rounds do not measure the drift. */
const measuresDrift = ({ round }: RoundReport): boolean =>
  round.kind === 'seed' || round.kind === 'catch-up';

/** True if no chunk ended, so that the round measured nothing; false for a tree without chunks. */
const overNoChunk = ({ chunks, done }: RoundReport): boolean => done === 0 && chunks > 0;

function pastRounds(state: MigrationState): PastRound[] {
  return state.rounds.filter(measuresDrift).map((report) => ({
    startedAtMs: Date.parse(report.startedAt),
    endedAtMs: Date.parse(report.endedAt),
    changedEntries: report.totals['changedEntries'] ?? 0,
    changedBytes: report.totals['changedBytes'] ?? 0,
    overNoChunk: overNoChunk(report),
    outageMs: report.outageMs ?? 0,
  }));
}

export function nextRoundOf(state: MigrationState, now: number): NextRound {
  return nextRound({ now, rounds: pastRounds(state) }, settingsOf(state));
}

/** An offline lane holds the cutover only if chunks wait for it. */
function linkDown({ link }: MigrationState): Pick<CutoverFacts, 'linkDown'> {
  const awaited = link?.lanes?.find(({ waits }) => waits);
  if (link?.state === 'open') return { linkDown: link.because };
  return awaited === undefined ? {} : { linkDown: `${awaited.lane} is offline` };
}

function cutoverFacts(state: MigrationState, now: number): CutoverFacts {
  const past = pastRounds(state).at(-1);
  return {
    now,
    blockedCount: state.open.length,
    ...lastRound(state),
    ...linkDown(state),
    ...(state.paused ? { paused: state.paused.because } : {}),
    ...(state.approved ? { approvedBy: state.approved.by } : {}),
    ...(state.started ? { startedBy: state.started.by } : {}),
    ...(state.postponedUntilMs === undefined ? {} : { postponedUntilMs: state.postponedUntilMs }),
    ...(past === undefined ? {} : { predictedMs: roundMs(past, past.changedBytes, undefined) }),
  };
}

function lastRound({ rounds }: MigrationState): Pick<CutoverFacts, 'lastRound'> {
  const last = rounds.filter(measuresDrift).at(-1);
  if (last === undefined) return {};
  const sum = (name: string): number => last.totals[name] ?? 0;
  return {
    lastRound: {
      kind: last.round.kind,
      changedEntries: sum('changedEntries'),
      changedBytes: sum('changedBytes'),
      drifted: sum('drifted'),
      unverified: sum('unverified'),
      overNoChunk: overNoChunk(last),
    },
  };
}

export function dataReady(state: MigrationState, now: number): CutoverAnswer {
  return readyData(cutoverFacts(state, now), settingsOf(state));
}

export function cutoverReady(state: MigrationState, now: number): CutoverAnswer {
  if (!state.settings) return { ready: false, because: 'the tree is being assessed' };
  return readyToCutOver(cutoverFacts(state, now), settingsOf(state));
}

/** Returns why another final round is needed; undefined if this was the last one. */
export function leftOpen(
  { totals, chunks, done = chunks }: RoundReport,
  open: number,
): string | undefined {
  const blocked = Math.max(open, chunks - done);
  if (blocked > 0) return `${blocked} of ${chunks} chunks did not end`;
  const names = {
    drifted: 'changed while copied',
    unverified: 'not verified',
    awaitingDelete: 'awaiting delete',
    blocked: 'blocked',
  };
  const parts = Object.entries(names).filter(([name]) => (totals[name] ?? 0) > 0);
  if (parts.length === 0) return undefined;
  return `entries are open: ${parts.map(([name, words]) => `${totals[name]} ${words}`).join(', ')}`;
}
