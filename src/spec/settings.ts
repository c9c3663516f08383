/** The fields of a spec that workflows, the chunk plan and the assessment need. */
import type { AssessedSpec } from '../policy/assess/assess.ts';
import type { ChunkLimits } from '../policy/chunks/size.ts';
import { treeName } from './kinds.ts';
import type { MigrationSpec } from './schema.ts';

/** The part of the spec that workflow code decides by; small, and fixed for a run. */
export interface WorkflowSettings {
  readonly concurrentChunks: number;
  readonly heartbeatTimeoutMs: number;
  readonly intervalStartMs: number;
  readonly intervalFloorMs: number;
  readonly convergedEntries: number;
  readonly convergedBytes: number;
  readonly deletesWhen: 'final' | 'every round' | 'never';
  readonly verifyMode: 'copied' | 'full';
  readonly approval: 'required' | 'automatic';
  readonly window?: { readonly startMs: number; readonly endMs: number };
  readonly firstRoundMs?: number;
  readonly hasFreezeHook: boolean;
  readonly hasSwitchHook: boolean;
}

export function toWorkflowSettings(spec: MigrationSpec): WorkflowSettings {
  const { rounds, cutover, deletes, verify, timing } = spec;
  return {
    concurrentChunks: chunksAtWork(spec),
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

/** One chunk that moves, one that waits behind it, one that is verified or closed. */
const CHUNKS_A_LANE = 3;
const MOST_CHUNKS = 500;

/**
 * Chunks at work at a time, in the workflows and in a worker. Every lane of agents has some; where chunks
 * are bound to lanes, all are: those of a lane that is offline would else take the places of the others.
 */
export function chunksAtWork({ concurrency, source, aws }: MigrationSpec): number {
  const lanes = 'agents' in source ? source.agents.length : 1;
  if (aws === undefined || lanes === 1) return concurrency.chunks;
  const wanted = aws.layout === 'task-per-chunk' ? aws.taskQuota : lanes * CHUNKS_A_LANE;
  return Math.min(MOST_CHUNKS, Math.max(concurrency.chunks, wanted));
}

/** Returns the limits for planChunks. */
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

/** Returns the fields that the assessment needs: names of the trees, and the limits that apply. */
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
    resumesInFiles: spec.engine === 'posix',
  };
}
