/**
 * One pass over the chunks: a sliding window of chunk workflows. A blocked chunk leaves the window and is
 * listed; the round does not wait for it. Before the history gets too long, the round starts no further
 * chunk, waits for those that run, and continues as new.
 */
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
} from '@temporalio/workflow';
import type { RoundInput } from '../../protocol/inputs.ts';
import type { RoundReport } from '../../protocol/reports.ts';
import { runChunks } from './chunks.ts';
import { listenToRound } from './messages.ts';
import { RoundRun } from './run.ts';
import { reportOf } from './state.ts';
import { StatusReports } from './status-reports.ts';

export async function round(input: RoundInput): Promise<RoundReport> {
  const run = new RoundRun(input);
  listenToRound(run);
  const reports = new StatusReports(run);
  // A cancellation ends this loop as well; `sendEnd` still reports the end.
  reports.sendChanges().catch(() => undefined);
  try {
    await runChunks(run);
  } catch (error) {
    if (isCancellation(error))
      await CancellationScope.nonCancellable(() => reports.sendEnd({ cancelled: true }));
    throw error;
  }
  await reports.sendEnd({ report: reportOf(run.state, input.round) });
  await condition(allHandlersFinished);
  return reportOf(run.state, input.round);
}
