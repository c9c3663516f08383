/**
 * The story of a migration, as it is told to an operator: the tree is assessed and planned, seeded,
 * and kept up with in rounds, until the cutover may begin; then the source is frozen, the last
 * changes are moved and proven, and the users are switched over.
 */
import type { MigrationInput, MigrationOutcome } from './api.ts';
import { Aborted, MigrationRun } from './migration-run.ts';

export async function migration(input: MigrationInput): Promise<MigrationOutcome> {
  const run = new MigrationRun(input);
  const { state } = run;
  try {
    if (state.phase === 'assessing') await run.assess();
    if (state.phase === 'seeding') {
      await run.waitForTheFirstRound();
      await run.seed();
      await run.continueAsNew();
    }
    while (state.phase !== 'done') {
      await run.catchUp();
      await run.cutOver();
    }
  } catch (error) {
    if (!(error instanceof Aborted)) throw error;
    await run.abort();
  }
  await run.settle();
  return run.outcome();
}
