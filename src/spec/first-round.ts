/** Estimates the duration of the first round, for engines that determine it themselves. */
import type { ChunkPlan } from '../policy/chunks/plan.ts';
import {
  predictRound,
  type ExecutionRates,
  type RoundDuration,
} from '../policy/datasync/duration.ts';
import { isDataSyncSpec } from './kinds.ts';
import type { MigrationSpec } from './schema.ts';

/** Returns undefined for engines other than datasync, and without link.bandwidth. */
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
