/**
 * A migration as an operator tells it: the tree is assessed and planned, seeded, and kept up to date in
 * rounds until the cutover may begin; then the source is frozen, the last changes are moved and proven,
 * and the users are switched over.
 */
import type { MigrationInput, MigrationOutcome } from '../../protocol/inputs.ts';
import { cutOver } from './cutover.ts';
import { listenToMigration } from './messages.ts';
import { MigrationRun } from './run.ts';
import { abort, assess, catchUp, seed, waitForTheFirstRound } from './stages.ts';
import { Aborted } from './waits.ts';

export async function migration(input: MigrationInput): Promise<MigrationOutcome> {
  const run = new MigrationRun(input);
  listenToMigration(run);
  run.begin();
  const { state } = run;
  try {
    if (state.phase === 'assessing') await assess(run);
    if (state.phase === 'seeding') {
      await waitForTheFirstRound(run);
      await seed(run);
      await run.continueAsNew();
    }
    while (state.phase !== 'done') {
      await catchUp(run);
      await cutOver(run);
    }
  } catch (error) {
    if (!(error instanceof Aborted)) throw error;
    await abort(run);
  }
  await run.settle();
  return run.outcome();
}
