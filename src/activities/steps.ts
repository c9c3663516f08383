/** The steps of a chunk as activities. They return counters and samples, never complete lists. */
import { openLedger } from '../ledger/ledger.ts';
import { spendAllowance } from './controls.ts';
import { type StepActivities, STEP_NAME } from '../protocol/activities.ts';
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
        run: async (engine, job) => {
          const result = await engine.deletePass(job);
          spendAllowance(deps.state.migration(input.migration), input.chunk);
          return result;
        },
      }),
    closeChunk: (input) =>
      runStep(context, input, {
        name: 'close',
        run: async (engine, job) => {
          const startedAt = deps.now();
          const sum = await engine.close(job);
          const { chunk, round } = input;
          const store = deps.state.migration(input.migration);
          // A chunk skipped before its delete-pass still has an allowance, which was for this round only.
          spendAllowance(store, chunk);
          openLedger(store.ledgerPath).append({
            kind: 'chunk closed',
            key: `chunk closed/${chunk}/${round.number}`,
            chunk,
            round: round.number,
            sum,
            elapsedMs: deps.now() - startedAt,
          });
          return sum;
        },
      }),
  };
}
