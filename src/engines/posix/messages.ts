/**
 * What travels between the main thread and the mover's threads. A job is one batch of entries of
 * one or more directories; a thread answers each job once. Failures are data: `{ code, path,
 * message }`, never Error objects, which lose their code on the way.
 */
import type { RawPath } from '../../paths.ts';

/** What a thread is born with. */
export interface ThreadData {
  readonly sourceRoot: string;
  readonly destinationRoot: string | undefined;
  /** Int32: [0] stop flag, then the token bucket; see token-bucket.ts. */
  readonly shared: SharedArrayBuffer;
}

/** Each kind of job has one module that exports its handler; `worker.ts` is one switch over them. */
export interface JobBase {
  readonly type: string;
}

export interface EntryFailure {
  readonly path: RawPath;
  readonly code: string; // a Code of errors.ts
  readonly message: string;
}
