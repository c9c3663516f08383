/** The scan step: nothing is listed by us; what the executions of the round need is made sure of. */
import { fixBase } from '../../../catalog/base-catalog.ts';
import type { StepJob } from '../../engine.ts';
import type { StepResult } from '../../../model/round.ts';
import { partsOf } from '../service/chunk-state.ts';
import { knownEntries } from '../evidence/fold.ts';
import { filtersOf, lanesFor, type EngineParts } from './step.ts';

/** Throws UNSUPPORTED for what no filter can say, AGENT_OFFLINE, and what keeps the task from being AVAILABLE. */
export async function scan(parts: EngineParts, job: StepJob): Promise<StepResult> {
  const { agents, resources, options } = parts;
  const startedAt = options.time.now();
  job.lease.check();
  fixBase(job.store);
  const chunkParts = partsOf(job.store, job.chunk);
  for (const part of chunkParts) filtersOf(job, part);
  const lanes = await lanesFor(parts, job.chunk.id);
  await agents.requireOnline(lanes);
  const online = await agents.online();
  const lane = lanes.find((some) => online.includes(some)) ?? 0;
  await resources.task(lane, job.chunk.id, job.signal);
  const known = [...knownEntries(job).values()];
  return {
    step: 'scan',
    counters: {
      listed: 0,
      executions: chunkParts.length,
      knownEntries: known.length,
      knownBytes: known.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    },
    blocked: 0,
    open: [],
    elapsedMs: options.time.now() - startedAt,
  };
}
