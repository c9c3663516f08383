/** The workflow of a round as its migration starts it, signals it, and waits for its report. */
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
import type { Round, RoundKind } from '../../model/round.ts';
import { roundDeletes } from '../../policy/rounds/deletes.ts';
import type { RoundInput } from '../../protocol/inputs.ts';
import { roundId } from '../../protocol/names.ts';
import type { RoundReport } from '../../protocol/reports.ts';
import type { round } from '../round/round.ts';
import { ROUND, roundAttributes } from '../runtime/search-attributes.ts';
import { settingsOf } from './state/facts.ts';
import type { MigrationRun } from './run.ts';

/** Poll interval for a round that an earlier run started. */
const CHECK_INTERVAL_MS = 3_600_000;

export function signalRound(run: MigrationRun, verb: 'pause' | 'resume'): void {
  const id = roundId(run.name, run.state.round);
  run.enqueue(() => getExternalWorkflowHandle(id).signal(verb));
}

/** Returns undefined if the history of this run has grown too long before the round ended. */
export async function startRound(
  run: MigrationRun,
  kind: RoundKind,
): Promise<RoundReport | undefined> {
  const { state, name } = run;
  const next = nextRound(run, kind);
  activate(run, next);
  const paused = state.paused !== undefined;
  const child = await startChild<typeof round>('round', {
    workflowId: roundId(name, next.number),
    args: [inputOf(run, next, paused)],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    typedSearchAttributes: roundAttributes(name, next.number),
    staticSummary: `round ${next.number}, ${next.kind}`,
  });
  // A pause or resume that came while the child was starting did not reach it.
  if (paused !== (state.paused !== undefined) && patched('pause-while-starting'))
    signalRound(run, state.paused ? 'pause' : 'resume');
  const result = child.result();
  result.catch(() => undefined);
  if (kind !== 'final' && (await outlivesHistory(run, result))) return undefined;
  return run.waits.unlessAborted(result);
}

function nextRound({ state }: MigrationRun, kind: RoundKind): Round {
  const { deletesWhen, verifyMode } = settingsOf(state);
  return {
    number: (state.round += 1),
    kind,
    deletes: roundDeletes(deletesWhen, kind),
    verify: kind === 'final' || kind === 'rehearsal' ? verifyMode : 'copied',
  };
}

function activate(run: MigrationRun, { number, kind }: Round): void {
  const { chunks, link } = run.state;
  const outageBeforeMs = link?.outageMs ?? 0;
  run.state.news = { round: number, kind, chunks, done: 0, running: [], outageBeforeMs };
  run.note('round started', `round/${number}/started`, { round: number, roundKind: kind, chunks });
  upsertSearchAttributes([{ key: ROUND, value: number }]);
  run.show();
}

/** Lists the chunks that are still open from earlier rounds: the round leaves them out. */
function inputOf({ name, state }: MigrationRun, next: Round, paused: boolean): RoundInput {
  return {
    v: 1,
    migration: name,
    round: next,
    settings: settingsOf(state),
    blocked: state.open.map(({ chunk }) => chunk),
    paused,
  };
}

const isHistoryLong = (): boolean => workflowInfo().continueAsNewSuggested;

/** Returns true if the migration has to continue as new before the round, which may take months, ends. */
async function outlivesHistory(
  { waits }: MigrationRun,
  result: Promise<unknown>,
): Promise<boolean> {
  let isOver = false;
  result.finally(() => (isOver = true)).catch(() => undefined);
  await CancellationScope.nonCancellable(() =>
    condition(() => isOver || waits.aborted || isHistoryLong()),
  );
  return !isOver && !waits.aborted && patched('continues-in-mid-round');
}

/** Waits for a round that an earlier run started; its last status contains the report. */
export async function waitForReport(run: MigrationRun): Promise<RoundReport | undefined> {
  const { state, waits } = run;
  const isOver = (): boolean => state.news?.report !== undefined || state.news?.cancelled === true;
  for (;;) {
    await throwIfLost(run);
    await condition(() => isOver() || waits.aborted || isHistoryLong(), CHECK_INTERVAL_MS);
    waits.throwIfAborted();
    if (state.news?.report !== undefined) return state.news.report;
    if (state.news?.cancelled) throw new Error(`round ${state.round} was cancelled`);
    if (isHistoryLong()) return undefined;
  }
}

/** Throws if the round has ended and its report has not arrived. */
async function throwIfLost({ state, name }: MigrationRun): Promise<void> {
  const isOpen = await getExternalWorkflowHandle(roundId(name, state.round))
    .signal('knock')
    .then(
      () => true,
      () => false,
    );
  if (!isOpen && state.news?.report === undefined)
    throw new Error(`round ${state.round} has ended without a report`);
}
