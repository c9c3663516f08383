/** How long the first round of a spec takes by its plan, where the engine's own way of working decides it. */
import type { ChunkPlan } from '../policy/chunks/plan.ts';
import {
  predictRound,
  type ExecutionRates,
  type RoundDuration,
} from '../policy/datasync/duration.ts';
import { isDataSyncSpec } from './kinds.ts';
import type { MigrationSpec } from './schema.ts';

/** Undefined for other engines than datasync, and while link.bandwidth is not given. */
export function firstRoundOf(
  spec: MigrationSpec,
  { chunks }: Pick<ChunkPlan, 'chunks'>,
  rates?: ExecutionRates,
): RoundDuration | undefined {
  if (!isDataSyncSpec(spec) || spec.link.bandwidth === undefined) return undefined;
  return predictRound({
    chunks,
    agents: spec.source.agents.length,
    limitBytesPerSecond: spec.link.bandwidth,
    linkBytesPerSecond: spec.link.bandwidth,
    pollIntervalMs: spec.aws.pollInterval,
    ...(rates === undefined ? {} : { rates }),
  });
}
