/** The few fields of a spec that workflow code and the chunk plan decide by. */
import type { AssessedSpec } from '../policy/assess.ts';
import type { ChunkLimits } from '../policy/chunk-size.ts';
import type { WorkflowSettings } from '../workflows/api.ts';
import { treeName } from './kinds.ts';
import type { MigrationSpec } from './schema.ts';

export function toWorkflowSettings(spec: MigrationSpec): WorkflowSettings {
  const { rounds, cutover, deletes, verify, timing, concurrency } = spec;
  return {
    concurrentChunks: concurrency.chunks,
    heartbeatTimeoutMs: timing.heartbeatTimeout,
    intervalStartMs: rounds.intervalStart,
    intervalFloorMs: rounds.intervalFloor,
    convergedEntries: rounds.converged.maxEntries,
    convergedBytes: rounds.converged.maxBytes,
    deletesWhen: deletes.when,
    verifyMode: verify.mode,
    approval: cutover.approval,
    ...(cutover.window === undefined
      ? {}
      : {
          window: {
            startMs: Date.parse(cutover.window.start),
            endMs: Date.parse(cutover.window.end),
          },
        }),
    ...(rounds.first === undefined ? {} : { firstRoundMs: Date.parse(rounds.first) }),
    hasFreezeHook: cutover.freeze !== undefined,
    hasSwitchHook: cutover.switch !== undefined,
  };
}

/** What planChunks goes by. */
export function toChunkLimits({ chunks, link }: MigrationSpec): ChunkLimits {
  return {
    maxEntries: chunks.maxEntries,
    maxBytes: chunks.maxBytes,
    ...(link.bandwidth === undefined ? {} : { bytesPerSecond: link.bandwidth }),
    ...(link.meanTimeBetweenDrops === undefined
      ? {}
      : { meanTimeBetweenDropsMs: link.meanTimeBetweenDrops }),
  };
}

/** What the assessment goes by: names of the trees, and whose limits hold. */
export function toAssessedSpec(spec: MigrationSpec): AssessedSpec {
  const { name, source, destination, link, specialFiles } = spec;
  const limits = destination.kind === 'efs' ? 'efs' : destination.limits;
  return {
    name,
    source: { path: treeName(source) },
    destination: { path: treeName(destination), ...(limits === undefined ? {} : { limits }) },
    link,
    specialFiles,
    skipsHoles: spec.engine === 'posix',
  };
}
