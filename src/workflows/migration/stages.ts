/** The stages of a migration up to the cutover, and its end by an abort. */
import { getExternalWorkflowHandle, patched } from '@temporalio/workflow';
import type { RoundKind } from '../../model/round.ts';
import { chunkId, roundId } from '../../protocol/names.ts';
import { DEFAULT_HEARTBEAT_TIMEOUT_MS, stepActivities } from '../runtime/activity-stubs.ts';
import { cutoverReady, nextRoundOf, settingsOf } from './state/facts.ts';
import { runRound } from './rounds.ts';
import type { MigrationRun } from './run.ts';

export async function assess(run: MigrationRun): Promise<void> {
  const { name, state } = run;
  // Earlier versions wrote this line here; now `longhaul start` does, with who started it and why.
  if (!patched('started-by-start'))
    run.note('migration started', 'migration started', { migration: name });
  const steps = stepActivities(name, DEFAULT_HEARTBEAT_TIMEOUT_MS, 'assess and plan');
  const { settings, chunks } = await run.waits.retryUntilResumed('assess the tree', () =>
    steps.assessAndPlan({ migration: name }),
  );
  state.settings = settings;
  state.chunks = chunks;
  run.enter({ type: 'planned' });
}

/** The spec may set a time before which no round begins. */
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

/** Runs rounds at a shrinking interval until the cutover may begin. */
export async function catchUp(run: MigrationRun): Promise<void> {
  const { state, waits } = run;
  // An earlier run started the active round.
  if (state.news) await finishRound(run, state.news.kind);
  for (;;) {
    await waits.until(() => !state.paused);
    run.enterByGates();
    if (cutoverReady(state, Date.now()).ready) return;
    const kind = state.roundAsked ?? 'catch-up';
    const next = nextRoundOf(state, Date.now());
    if (state.roundAsked || next.action === 'start') {
      delete state.roundAsked;
      await finishRound(run, kind);
    } else await waits.forChange(next.atMs);
  }
}

async function finishRound(run: MigrationRun, kind: RoundKind): Promise<void> {
  await runRound(run, kind);
  run.enterByGates();
  await run.continueAsNew();
}

/** Cancels what runs; changes nothing at the source or the destination. */
export async function abort(run: MigrationRun): Promise<void> {
  const { name, state } = run;
  const { by, because } = state.aborted!;
  const ids = [
    ...(state.news ? [roundId(name, state.round)] : []),
    ...state.open.map(({ chunk }) => chunkId(name, chunk)),
  ];
  for (const id of ids)
    await getExternalWorkflowHandle(id)
      .cancel()
      .catch(() => undefined);
  delete state.news;
  run.enter({ type: 'aborted', because: `aborted by ${by}: ${because}` });
  run.note('done', 'done', { outcome: 'aborted', by, because });
}
