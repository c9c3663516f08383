/**
 * What travels between the main thread and the mover's threads. A job is one batch of entries of
 * one or more directories; a thread answers each job once. Failures are data: `{ code, path,
 * message }`, never Error objects, which lose their code on the way.
 */
import type { Failure } from '../../../errors/failure.ts';
import type { RawPath } from '../../../paths.ts';

/** What a thread is born with. */
export interface ThreadData {
  /** See SHARED for the layout. */
  readonly shared: SharedArrayBuffer;
}

/** Layout of the memory that all threads of a pool share, in bytes. */
export const SHARED = {
  /** Int32: not 0 when the pool is being stopped. */
  stop: 0,
  /** The token bucket; see token-bucket.ts. Aligned for BigInt64Array. */
  bucket: 64,
  size: 256,
} as const;

/** Each kind of job has one module that exports its handler; `worker.ts` has the table of them. */
export interface JobBase {
  readonly type: string;
}

/** What a handler gets beside its job. */
export interface ThreadContext extends ThreadData {
  /** Whether the pool is being stopped: return what is done so far. Ask between entries. */
  readonly stopped: () => boolean;
}

export interface EntryFailure {
  readonly path: RawPath;
  readonly code: string; // a Code of errors.ts
  readonly message: string;
}

/** Main thread → thread. */
export interface JobMessage {
  readonly id: number;
  readonly job: JobBase;
}

/** Main thread → thread: it ends when it has come to this. */
export const END = 'end';

/** Thread → main thread. `failure` is what the handler threw: it concerns the whole job. */
export type AnswerMessage =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly failure: Failure };
