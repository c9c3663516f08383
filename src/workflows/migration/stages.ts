/** The stages of a migration up to the cutover, and its end by an abort. */
import { getExternalWorkflowHandle, patched } from '@temporalio/workflow';
import { DEFAULT_HEARTBEAT_TIMEOUT_MS, stepActivities } from '../runtime/activity-stubs.ts';
import type { Round } from '../../model/round.ts';
import { chunkId, roundId } from '../../protocol/names.ts';
import { cutoverReady, nextRoundOf, settingsOf } from './facts.ts';
import { runRound } from './rounds.ts';
import type { MigrationRun } from './run.ts';

export async function assess(run: MigrationRun): Promise<void> {
  const { name, state } = run;
  // `start` writes that down, with who asked and why; once the workflow did, too.
  if (!patched('started-by-start'))
    run.note('migration started', 'migration started', { migration: name });
  const plan = stepActivities(name, DEFAULT_HEARTBEAT_TIMEOUT_MS, 'assess and plan');
  const { settings, chunks } = await run.waits.insist('assess the tree', () =>
    plan.assessAndPlan({ migration: name }),
  );
  state.settings = settings;
  state.chunks = chunks;
  run.enter({ type: 'planned' });
}

/** The first round may have a time before which it must not begin. */
export async function waitForTheFirstRound({ state, waits }: MigrationRun): Promise<void> {
  const { firstRoundMs = 0 } = settingsOf(state);
  await waits.until(
    () => Date.now() >= firstRoundMs,
    () => firstRoundMs,
  );
}

export async function seed(run: MigrationRun): Promise<void> {
  await runRound(run, 'seed');
  run.enter({ type: 'seeded' });
}

/** Rounds at a shrinking interval, until the cutover may begin. */
export async function catchUp(run: MigrationRun): Promise<void> {
  const { state, waits } = run;
  // It began before this run did.
  if (state.news) await roundToItsEnd(run, state.news.kind);
  for (;;) {
    await waits.until(() => !state.paused);
    run.judgeData();
    if (cutoverReady(state, Date.now()).ready) return;
    const kind = state.roundAsked ?? 'catch-up';
    const next = nextRoundOf(state, Date.now());
    if (state.roundAsked || next.action === 'start') {
      delete state.roundAsked;
      await roundToItsEnd(run, kind);
    } else await waits.somethingHappens(next.atMs);
  }
}

async function roundToItsEnd(run: MigrationRun, kind: Round['kind']): Promise<void> {
  await runRound(run, kind);
  run.judgeData();
  await run.continueAsNew();
}

/** Whatever runs is cancelled; nothing at either side is touched. */
export async function abort(run: MigrationRun): Promise<void> {
  const { name, state } = run;
  const said = state.aborted!;
  const ids = [
    ...(state.news ? [roundId(name, state.round)] : []),
    ...state.open.map(({ chunk }) => chunkId(name, chunk)),
  ];
  for (const id of ids)
    await getExternalWorkflowHandle(id)
      .cancel()
      .catch(() => undefined);
  delete state.news;
  run.enter({ type: 'aborted', because: `aborted by ${said.by}: ${said.because}` });
  run.note('done', 'done', { outcome: 'aborted', by: said.by, because: said.because });
}
