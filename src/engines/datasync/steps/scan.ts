/** The scan step. DataSync lists the source itself; this step prepares what the executions of the round need. */
import { fixBase } from '../../../catalog/base-catalog.ts';
import type { StepResult } from '../../../model/round.ts';
import type { StepJob } from '../../engine.ts';
import { knownEntries } from '../evidence/known-entries.ts';
import { partsOf } from '../service/chunk-record.ts';
import { lanesFor } from '../service/layout.ts';
import { chunkTask } from '../service/tasks.ts';
import type { EngineContext } from './context.ts';
import { filtersOf } from './part-filters.ts';

/** Throws UNSUPPORTED for what no filter can express, AGENT_OFFLINE, and why a task is not usable. */
export async function scan(context: EngineContext, job: StepJob): Promise<StepResult> {
  const { agents, options } = context;
  const startedAt = options.time.now();
  job.lease.check();
  fixBase(job.store);
  const parts = partsOf(job.store, job.chunk);
  for (const part of parts) filtersOf(job, part);
  const lanes = await lanesFor(context, job.chunk.id);
  await agents.requireOnline(lanes);
  const online = await agents.onlineLanes();
  const lane = lanes.find((one) => online.includes(one)) ?? 0;
  await chunkTask(context, lane, job.chunk.id, job.signal);
  const known = [...knownEntries(job.store).values()];
  return {
    step: 'scan',
    counters: {
      listed: 0,
      executions: parts.length,
      knownEntries: known.length,
      knownBytes: known.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    },
    blocked: 0,
    open: [],
    elapsedMs: options.time.now() - startedAt,
  };
}
