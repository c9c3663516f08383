/**
 * The contract between longhaul and whatever moves the bytes. One contract test suite runs
 * against every engine.
 *
 * Every step: takes one chunk and one round; may be called again after a crash at any point, finds
 * what is already done and is then cheap; checks its lease before it writes anything that counts;
 * reports progress through a callback; ends early with an INTERRUPTED error when the signal aborts,
 * leaving nothing half-done under a final name. A single bad entry never ends a step: it is
 * counted, sampled in `open`, and the rest goes on. A step throws a LonghaulError only for what
 * concerns the whole chunk: a transient code when the link is offline, SOURCE_MISSING, FENCED, ….
 */
import type { PreflightCheck } from '../model/preflight.ts';
import type { RawPath } from '../paths.ts';
import type { MigrationSpec } from '../spec/schema.ts';
import type { Chunk } from '../policy/chunks/plan.ts';
import type { ChunkSum, Round, StepProgress, StepResult } from '../model/round.ts';
import type { ChunkStore } from '../state/chunk-store.ts';
import type { Lease } from '../state/lease.ts';

export interface StepJob {
  readonly migration: string;
  readonly spec: MigrationSpec;
  readonly chunk: Chunk;
  readonly round: Round;
  readonly lease: Lease;
  /** The chunk's directories in the state directory: manifest, journals, catalog. */
  readonly store: ChunkStore;
  /** Accepted exceptions (raw paths): not copied, never deleted. */
  readonly exceptions: ReadonlySet<RawPath>;
  /** gitignore-like patterns in force in this round: the spec's and those added by signals. */
  readonly excludes: readonly string[];
  readonly signal: AbortSignal;
  readonly onProgress: (progress: StepProgress) => void;
}

export interface EngineFeatures {
  readonly name: 'posix' | 'datasync';
  readonly preservesHardLinks: boolean;
  readonly preservesXattrs: boolean;
  readonly preservesHoles: boolean;
  /** Nanoseconds a time can be off by after the copy. */
  readonly timePrecisionNs: number;
  readonly liveBandwidth: boolean;
}

/** Parallel paths over which an engine moves bytes; each may be offline independently. */
export interface EngineLanes {
  /** Names that operators know; unique. */
  readonly names: readonly string[];
  /** True when each chunk has one fixed lane; else it may use any. */
  readonly bound: boolean;
  /** Returns the lanes that a chunk can use. */
  of(chunk: string): readonly string[];
}

export interface Engine {
  readonly features: EngineFeatures;
  /** Absent or without names if the link has no lanes. A failure of a lane names it. Reads only the state directory. */
  lanes?(): EngineLanes;
  /** Checks without changing anything. */
  preflight(spec: MigrationSpec): Promise<readonly PreflightCheck[]>;
  /**
   * Throws unless source and destination are the ones recorded at the start, and the link answers, or
   * the named lane of it. The breaker's probe.
   */
  probe(spec: MigrationSpec, lane?: string): Promise<void>;
  scan(job: StepJob): Promise<StepResult>;
  copy(job: StepJob): Promise<StepResult>;
  verify(job: StepJob): Promise<StepResult>;
  /** Deletes entries that are proven to be gone (when `round.deletes`), and restores directory times. */
  deletePass(job: StepJob): Promise<StepResult>;
  /** Folds the round into the catalog and returns the sum. Idempotent. */
  close(job: StepJob): Promise<ChunkSum>;
  /** Sets the limit in bytes per second over all steps of this process; undefined removes it. */
  adjust(bytesPerSecond: number | undefined): void;
  /** Releases threads and descriptors. */
  dispose(): Promise<void>;
}
