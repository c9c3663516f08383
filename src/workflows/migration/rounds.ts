/** Runs the rounds of a migration, one at a time, and keeps their reports. */
import { patched } from '@temporalio/workflow';
import type { RoundKind } from '../../model/round.ts';
import type { RoundReport } from '../../protocol/reports.ts';
import { startRound, waitForReport } from './round-child.ts';
import type { MigrationRun } from './run.ts';
import type { MigrationState } from './state/state.ts';

const MAX_ROUNDS_KEPT = 10;

/** Starts a round, or waits for the active one, which an earlier run started. */
export async function runRound(run: MigrationRun, kind: RoundKind): Promise<RoundReport> {
  for (;;) {
    const report = await run.waits.retryUntilResumed(`run the ${kind} round`, () =>
      runOrLeave(run, kind),
    );
    if (report !== undefined) return report;
    // The round continues; the next run waits for its report.
    await run.continueAsNew();
  }
}

/** Returns undefined if the history of this run has grown too long before the round ended. */
async function runOrLeave(run: MigrationRun, kind: RoundKind): Promise<RoundReport | undefined> {
  const isActive = run.state.news !== undefined;
  const reported = await (isActive ? waitForReport(run) : startRound(run, kind));
  if (reported === undefined) return undefined;
  const report = keepReport(run.state, reported);
  const { round, chunks, clean, blockedCount, totals } = report;
  run.note('round closed', `round/${round.number}/closed`, {
    round: round.number,
    roundKind: round.kind,
    chunks,
    clean,
    blocked: blockedCount,
    totals,
  });
  run.show();
  return report;
}

/** Returns the report as it is kept, which is what later decisions see. */
function keepReport(state: MigrationState, reported: RoundReport): RoundReport {
  const report = { ...asDecided(reported), ...outageDuring(state) };
  state.rounds = [...state.rounds, report].slice(-MAX_ROUNDS_KEPT);
  state.totals = report.totals;
  delete state.news;
  return report;
}

function outageDuring({ link, news: round }: MigrationState): { outageMs?: number } {
  if (link === undefined || round?.outageBeforeMs === undefined) return {};
  return { outageMs: Math.max(0, link.outageMs - round.outageBeforeMs) };
}

/** Removes `done` where a run began before decisions took chunks into account that did not end. */
function asDecided(report: RoundReport): RoundReport {
  const { done, ...rest } = report;
  const allEnded = done === undefined || done >= report.chunks;
  return allEnded || patched('chunks-that-ended') ? report : rest;
}
