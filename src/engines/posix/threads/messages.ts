/**
 * Messages between the main thread and the threads of a pool. A job is one batch of work; a thread
 * answers each job once. Failures are plain data `{ code, path, message }`: an Error object loses its
 * code when it crosses threads.
 */
import type { Failure } from '../../../errors/failure.ts';
import type { RawPath } from '../../../paths.ts';

/** Data that a thread gets when it starts. */
export interface ThreadData {
  /** See SHARED for the layout. */
  readonly shared: SharedArrayBuffer;
}

/** Layout of the memory that all threads of a pool share, in bytes. */
export const SHARED = {
  /** Int32: not 0 while the pool is being stopped. */
  stop: 0,
  /** The rate limit; see rate-limit.ts. Aligned for BigInt64Array. */
  bucket: 64,
  size: 256,
} as const;

/** Each job type has one module that exports its handler; `jobs/worker.ts` has the table of them. */
export interface JobBase {
  readonly type: string;
}

/** Second argument of a handler, besides its job. */
export interface ThreadContext extends ThreadData {
  /** Returns true while the pool is being stopped. Ask between entries, and return what is done. */
  readonly stopped: () => boolean;
}

export interface EntryFailure {
  readonly path: RawPath;
  /** A Code of errors/codes.ts. */
  readonly code: string;
  readonly message: string;
}

/** Main thread → thread. */
export interface JobMessage {
  readonly id: number;
  readonly job: JobBase;
}

/** Main thread → thread: the thread exits after the jobs that were sent before. */
export const END = 'end';

/** Thread → main thread. `failure` is what the handler threw; it concerns the whole job. */
export type AnswerMessage =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly failure: Failure };
