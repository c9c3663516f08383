/**
 * One chunk in one round: scan, copy, verify, delete-pass, close. A failure that needs a person blocks the
 * chunk, with the reason, until an operator sends `retry` or `skip`; the round does not wait for it.
 */
import { allHandlersFinished, condition } from '@temporalio/workflow';
import type { ChunkInput } from '../../protocol/inputs.ts';
import type { ChunkReport } from '../../protocol/reports.ts';
import { waitForDecision } from './blocked.ts';
import { listenToChunk } from './messages.ts';
import { ChunkRun } from './run.ts';
import { closeOrBlock, closeUntilDone, runSteps } from './steps.ts';

export async function chunk(input: ChunkInput): Promise<ChunkReport> {
  const run = new ChunkRun(input);
  listenToChunk(run);
  const report = await runUntilClosed(run);
  await condition(allHandlersFinished);
  return report;
}

async function runUntilClosed(run: ChunkRun): Promise<ChunkReport> {
  for (;;) {
    const problem = await runSteps(run);
    if (problem === undefined) return run.end('done', await closeUntilDone(run));
    const decision = await waitForDecision(run, problem);
    if (decision === 'skip') {
      const sum = await closeOrBlock(run);
      if (sum !== undefined) return run.end('skipped', sum);
    }
  }
}
