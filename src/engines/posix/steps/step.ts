/** Shared by all steps: pool and open roots, counting of outcomes, progress. */
import { closeSync } from 'node:fs';
import { LonghaulError, type Failure } from '../../../errors/failure.ts';
import { type RawPath, joinRaw, printable } from '../../../paths.ts';
import type { OpenEntry, StepName, StepProgress } from '../../../model/round.ts';
import type { StepJob } from '../../engine.ts';
import type { EntryOutcome } from '../round/outcome.ts';
import type { PackedBatch } from '../round/packed-outcomes.ts';
import type { ThreadPool } from '../pool/pool.ts';
import { stepSignal } from '../threads/stop-flag.ts';
import { openTree } from '../tree/root.ts';

/** The part of a StepJob that the POSIX steps use; `longhaul sync` has no more than this. */
export type StepInput = Pick<
  StepJob,
  'chunk' | 'round' | 'lease' | 'store' | 'exceptions' | 'signal' | 'onProgress'
>;

export interface StepContext {
  readonly pool: ThreadPool;
  readonly sourceFd: number;
  readonly destinationFd: number;
  readonly cancel: SharedArrayBuffer;
}

/** Opens both roots while `work` runs. */
export async function withRoots<T>(
  pool: ThreadPool,
  signal: AbortSignal,
  work: (context: StepContext) => Promise<T>,
): Promise<T> {
  const source = openTree(pool.sourceRoot);
  try {
    const destination = openTree(pool.destinationRoot ?? pool.sourceRoot, 'DESTINATION_MISSING');
    const { cancel, dispose } = stepSignal(signal);
    try {
      return await work({ pool, sourceFd: source.fd, destinationFd: destination.fd, cancel });
    } finally {
      dispose();
      closeSync(destination.fd);
    }
  } finally {
    closeSync(source.fd);
  }
}

export function throwIfStopped(signal: AbortSignal): void {
  if (signal.aborted) throw new LonghaulError('INTERRUPTED', 'The step was stopped');
}

export function throwFailure(failure: Failure | undefined): void {
  if (!failure) return;
  const path = failure.path === undefined ? {} : { path: failure.path };
  throw new LonghaulError(failure.code, failure.message, path);
}

const MAX_SAMPLES = 20;

/** Counts outcomes and keeps samples of the open ones. */
export class Tally {
  readonly counters: Record<string, number> = {};
  private readonly samples = new Map<RawPath, OpenEntry>();
  bytes = 0;
  /** Paths whose last outcome needs an operator. */
  private readonly blocked: Set<RawPath>;

  /** `blocked`: paths that earlier calls left blocked. */
  constructor(blocked = new Set<RawPath>()) {
    this.blocked = blocked;
  }

  add(directory: RawPath | undefined, outcome: EntryOutcome): void {
    this.count(outcome.outcome, 1);
    this.bytes += outcome.bytes;
    this.settle(joinRaw(directory ?? '', outcome.name), outcome);
  }

  addBatch(directory: RawPath, { counts, bytes, failed }: PackedBatch): void {
    for (const [outcome, count] of Object.entries(counts)) this.count(outcome, count);
    this.bytes += bytes;
    for (const outcome of failed) this.settle(joinRaw(directory, outcome.name), outcome);
  }

  private count(outcome: string, count: number): void {
    this.counters[outcome] = (this.counters[outcome] ?? 0) + count;
  }

  /** Notes the last outcome of a path, without counting it. */
  settle(path: RawPath, { outcome, failure }: EntryOutcome): void {
    if (outcome === 'blocked') this.blocked.add(path);
    else this.blocked.delete(path);
    if (!failure) this.samples.delete(path);
    else if (this.samples.size < MAX_SAMPLES || this.samples.has(path))
      this.samples.set(path, { ...failure, path: printable(path) });
  }

  get open(): readonly OpenEntry[] {
    return [...this.samples.values()];
  }

  /** Returns the number of blocked entries that are not accepted as exceptions. */
  blockedBut(exceptions: ReadonlySet<RawPath>): number {
    return [...this.blocked].filter((path) => !exceptions.has(path)).length;
  }

  get entries(): number {
    return Object.values(this.counters).reduce((sum, count) => sum + count, 0);
  }

  of(outcome: EntryOutcome['outcome']): number {
    return this.counters[outcome] ?? 0;
  }
}

/** Reports progress at most five times per second. */
export function progressReporter(
  step: StepName,
  onProgress: (progress: StepProgress) => void,
  totals: { readonly entries?: number; readonly bytes?: number },
): (done: { readonly entries: number; readonly bytes: number }, now?: boolean) => void {
  let last = 0;
  return ({ entries, bytes }, now = false) => {
    if (!now && Date.now() - last < 200) return;
    last = Date.now();
    onProgress({
      step,
      doneEntries: entries,
      totalEntries: totals.entries,
      doneBytes: bytes,
      totalBytes: totals.bytes,
    });
  };
}
