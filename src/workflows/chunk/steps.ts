/** Runs the steps of a chunk. A pause cancels the running activity; `resume` starts it again. */
import { CancellationScope, condition, isCancellation, patched } from '@temporalio/workflow';
import type { ChunkSum } from '../../model/round.ts';
import type { StepActivities, StepInput } from '../../protocol/activities.ts';
import type { ChunkState } from '../../protocol/names.ts';
import type { BlockedChunk } from '../../protocol/reports.ts';
import { stepActivities } from '../runtime/activity-stubs.ts';
import { waitForDecision } from './blocked.ts';
import type { ChunkRun } from './run.ts';
import { blockedByEntries, blockedByFailure } from './state.ts';

type StepActivity = 'scan' | 'copy' | 'verify' | 'deletePass';
const STEPS: readonly (readonly [StepActivity, BlockedChunk['step'], ChunkState])[] = [
  ['scan', 'scan', 'scanning'],
  ['copy', 'copy', 'copying'],
  ['verify', 'verify', 'verifying'],
  ['deletePass', 'delete-pass', 'deleting'],
];

/**
 * Runs all steps, also those after a step that left entries open. Returns the first problem that needs a
 * person; undefined if there is none.
 */
export async function runSteps(run: ChunkRun): Promise<BlockedChunk | undefined> {
  const { chunk } = run.input;
  let problem: BlockedChunk | undefined;
  for (const [activity, step, state] of STEPS) {
    run.enter(state);
    try {
      const result = await runActivity(run, step, (steps) => steps[activity](stepInput(run)));
      if (result.blocked > 0) problem ??= blockedByEntries(chunk, step, result);
    } catch (error) {
      if (isCancellation(error)) throw error;
      return problem ?? blockedByFailure(chunk, step, error);
    }
  }
  return problem;
}

export async function closeUntilDone(run: ChunkRun): Promise<ChunkSum> {
  for (;;) {
    const sum = await closeOrBlock(run);
    if (sum !== undefined) return sum;
  }
}

/** Returns undefined if closing failed and an operator has answered the block. */
export async function closeOrBlock(run: ChunkRun): Promise<ChunkSum | undefined> {
  run.enter('closing');
  try {
    return await runActivity(run, 'close', (steps) => steps.closeChunk(stepInput(run)));
  } catch (error) {
    if (isCancellation(error)) throw error;
    await waitForDecision(run, blockedByFailure(run.input.chunk, 'close', error));
    return undefined;
  }
}

/** After a pause, the activity finds in its journal what it did before. */
async function runActivity<T>(
  run: ChunkRun,
  step: BlockedChunk['step'],
  call: (steps: StepActivities) => Promise<T>,
): Promise<T> {
  const { migration, settings, chunk, round } = run.input;
  const summary = `${step} ${chunk}, round ${round.number}`;
  const steps = stepActivities(migration, settings.heartbeatTimeoutMs, summary);
  const { state } = run.state;
  for (;;) {
    await waitWhilePaused(run, state);
    run.activity = new CancellationScope();
    try {
      return await run.activity.run(() => call(steps));
    } catch (error) {
      const byPause = isCancellation(error) && run.activity.consideredCancelled;
      if (!byPause || CancellationScope.current().consideredCancelled) throw error;
    } finally {
      run.activity = undefined;
    }
  }
}

async function waitWhilePaused(run: ChunkRun, stateAfter: ChunkState): Promise<void> {
  const { state } = run;
  if (!state.paused) return;
  run.enter('paused');
  await condition(() => !state.paused);
  // A `resume` and a `pause` in one workflow task leave it paused.
  while (state.paused && patched('paused-again')) await condition(() => !state.paused);
  run.enter(stateAfter);
}

function stepInput({ input: { migration, chunk, round } }: ChunkRun): StepInput {
  return { migration, chunk, round };
}
