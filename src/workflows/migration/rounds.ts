/** The rounds of a migration, one at a time. */
import {
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  patched,
  startChild,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { roundDeletes } from '../../policy/rounds/deletes.ts';
import type { Round } from '../../model/round.ts';
import type { RoundInput } from '../../protocol/inputs.ts';
import { roundId } from '../../protocol/names.ts';
import type { RoundReport } from '../../protocol/reports.ts';
import { settingsOf } from './facts.ts';
import type { MigrationRun } from './run.ts';
import { keepRound } from './state.ts';
import type { round } from '../round/round.ts';
import { ROUND, roundAttributes } from '../runtime/search-attributes.ts';

/** How often a round that is no child of this run is looked after. */
const LOOK_EVERY_MS = 3_600_000;

export async function runRound(run: MigrationRun, kind: Round['kind']): Promise<RoundReport> {
  for (;;) {
    const report = await run.waits.insist(`run the ${kind} round`, () => oneRound(run, kind));
    if (report !== undefined) return report;
    // The round goes on, and is heard of in the next run.
    await run.continueAsNew();
  }
}

export function tellRound(run: MigrationRun, verb: 'pause' | 'resume'): void {
  const id = roundId(run.name, run.state.round);
  run.setInMotion(() => getExternalWorkflowHandle(id).signal(verb));
}

/** Undefined when the history of this run has grown long meanwhile. */
async function oneRound(run: MigrationRun, kind: Round['kind']): Promise<RoundReport | undefined> {
  const began = run.state.news !== undefined;
  const reported = await (began ? toldReport(run) : newRound(run, kind));
  if (reported === undefined) return undefined;
  const report = keepRound(run.state, reported);
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

function nextRef({ state }: MigrationRun, kind: Round['kind']): Round {
  const { deletesWhen, verifyMode } = settingsOf(state);
  return {
    number: (state.round += 1),
    kind,
    deletes: roundDeletes(deletesWhen, kind),
    verify: kind === 'final' || kind === 'rehearsal' ? verifyMode : 'copied',
  };
}

function begin(run: MigrationRun, { number, kind }: Round): void {
  const { chunks, link } = run.state;
  const outageBeforeMs = link?.outageMs ?? 0;
  run.state.news = { round: number, kind, chunks, done: 0, running: [], outageBeforeMs };
  run.note('round started', `round/${number}/started`, { round: number, roundKind: kind, chunks });
  upsertSearchAttributes([{ key: ROUND, value: number }]);
  run.show();
}

async function newRound(run: MigrationRun, kind: Round['kind']): Promise<RoundReport | undefined> {
  const { state, name } = run;
  const ref = nextRef(run, kind);
  begin(run, ref);
  const paused = state.paused !== undefined;
  const child = await startChild<typeof round>('round', {
    workflowId: roundId(name, ref.number),
    args: [inputOf(run, ref, paused)],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    typedSearchAttributes: roundAttributes(name, ref.number),
    staticSummary: `round ${ref.number}, ${ref.kind}`,
  });
  // What was said while it started did not reach it.
  if (paused !== (state.paused !== undefined) && patched('pause-while-starting'))
    tellRound(run, state.paused ? 'pause' : 'resume');
  const result = child.result();
  result.catch(() => undefined);
  if (kind !== 'final' && (await historyGrowsLong(run, result))) return undefined;
  return run.waits.unlessAborted(result);
}

const isLong = (): boolean => workflowInfo().continueAsNewSuggested;

/** A round may take months and block thousands of chunks: it goes on while its migration continues as new. */
async function historyGrowsLong(
  { waits }: MigrationRun,
  result: Promise<unknown>,
): Promise<boolean> {
  let over = false;
  result.finally(() => (over = true)).catch(() => undefined);
  await CancellationScope.nonCancellable(() => condition(() => over || waits.aborted || isLong()));
  return !over && !waits.aborted && patched('continues-in-mid-round');
}

/** Of a round that began under an earlier run of this workflow: its last news have the report. */
async function toldReport(run: MigrationRun): Promise<RoundReport | undefined> {
  const { state, waits } = run;
  const told = (): boolean => state.news?.report !== undefined || state.news?.cancelled === true;
  for (;;) {
    await findRunning(run);
    await condition(() => told() || waits.aborted || isLong(), LOOK_EVERY_MS);
    waits.throwIfAborted();
    if (state.news?.report !== undefined) return state.news.report;
    if (state.news?.cancelled) throw new Error(`round ${state.round} was cancelled`);
    if (isLong()) return undefined;
  }
}

/** Throws when the round has ended and its report has not come. */
async function findRunning({ state, name }: MigrationRun): Promise<void> {
  const opened = await getExternalWorkflowHandle(roundId(name, state.round))
    .signal('knock')
    .then(
      () => true,
      () => false,
    );
  if (!opened && state.news?.report === undefined)
    throw new Error(`round ${state.round} has ended without a report`);
}

/** The chunks that are still open from earlier rounds are left to themselves. */
function inputOf({ name, state }: MigrationRun, ref: Round, paused: boolean): RoundInput {
  return {
    v: 1,
    migration: name,
    round: ref,
    settings: settingsOf(state),
    blocked: state.open.map(({ chunk }) => chunk),
    paused,
  };
}
