/**
 * Reads errors that other libraries throw. They are recognised by their fields, never by `instanceof`,
 * which fails across worker threads, jest realms and copies of a package.
 */

/** Fields that SDKs, sockets and Temporal set on an error. `code` is an errno name or a gRPC status. */
export interface Thrown {
  readonly name?: string;
  readonly message?: string;
  readonly code?: unknown;
  /** Temporal: the `type` of an ApplicationFailure. */
  readonly type?: unknown;
  readonly details?: unknown;
  readonly cause?: unknown;
}

const MAX_CAUSES = 10;

/** Returns the error and its causes, outermost first; empty when the value is no object. */
export function causeChain(thrown: unknown): Thrown[] {
  const errors: Thrown[] = [];
  let next = thrown;
  while (typeof next === 'object' && next !== null && errors.length < MAX_CAUSES) {
    errors.push(next);
    next = (next as Thrown).cause;
  }
  return errors;
}
