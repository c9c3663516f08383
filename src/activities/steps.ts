/** The steps of a chunk as activities. They return counters and samples, never complete lists. */
import type { Engine, StepJob } from '../engines/engine.ts';
import { openLedger } from '../ledger/ledger.ts';
import type { ChunkSum, StepResult } from '../model/round.ts';
import { STEP_NAME, type StepActivities, type StepInput } from '../protocol/activities.ts';
import { spendAllowance } from './controls.ts';
import type { ActivityDeps } from './deps.ts';
import { runStep, type StepContext } from './run-step.ts';

export function stepActivities(context: StepContext): Omit<StepActivities, 'assessAndPlan'> {
  const { deps } = context;
  return {
    scan: (input) =>
      runStep(context, input, { name: STEP_NAME.scan, run: (engine, job) => engine.scan(job) }),
    copy: (input) =>
      runStep(context, input, { name: STEP_NAME.copy, run: (engine, job) => engine.copy(job) }),
    verify: (input) =>
      runStep(context, input, { name: STEP_NAME.verify, run: (engine, job) => engine.verify(job) }),
    deletePass: (input) =>
      runStep(context, input, {
        name: STEP_NAME.deletePass,
        run: (engine, job) => deletePass(deps, input, engine, job),
      }),
    closeChunk: (input) =>
      runStep(context, input, {
        name: 'close',
        run: (engine, job) => closeChunk(deps, input, engine, job),
      }),
  };
}

async function deletePass(
  { state }: ActivityDeps,
  { migration, chunk }: StepInput,
  engine: Engine,
  job: StepJob,
): Promise<StepResult> {
  const result = await engine.deletePass(job);
  spendAllowance(state.migration(migration), chunk);
  return result;
}

async function closeChunk(
  { state, now }: ActivityDeps,
  { migration, chunk, round }: StepInput,
  engine: Engine,
  job: StepJob,
): Promise<ChunkSum> {
  const startedAt = now();
  const sum = await engine.close(job);
  const store = state.migration(migration);
  // A chunk skipped before its delete-pass still has an allowance, which was for this round only.
  spendAllowance(store, chunk);
  openLedger(store.ledgerPath).append({
    kind: 'chunk closed',
    key: `chunk closed/${chunk}/${round.number}`,
    chunk,
    round: round.number,
    sum,
    elapsedMs: now() - startedAt,
  });
  return sum;
}
