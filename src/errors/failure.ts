/**
 * Failures as data, and the error class that carries them. Errors cross worker threads, Jest realms and
 * Temporal as data: recognise them by `code`, never by `instanceof`.
 */
import { CODES, type Code, type FailureClass } from './codes.ts';
import { codeOfErrno } from './errno.ts';

export interface Failure {
  readonly code: Code;
  readonly message: string;
  readonly path?: string;
  readonly hint?: string;
}

export interface FailureOptions {
  readonly path?: string;
  readonly hint?: string;
  /** Names of the lanes that are offline, when not the whole link is down. */
  readonly lanes?: readonly string[];
  readonly cause?: unknown;
}

export class LonghaulError extends Error {
  override readonly name = 'LonghaulError';
  readonly code: Code;
  readonly path: string | undefined;
  readonly hint: string;
  readonly lanes: readonly string[];

  constructor(code: Code, message: string, options: FailureOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.path = options.path;
    this.hint = options.hint ?? CODES[code].hint;
    this.lanes = options.lanes ?? [];
  }
}

/** Converts anything thrown into a failure that can be sent, stored and compared. */
export function toFailure(thrown: unknown): Failure {
  const error = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as {
    code?: unknown;
    message?: unknown;
    path?: unknown;
    hint?: unknown;
    name?: unknown;
  };
  const message = typeof error.message === 'string' ? error.message : String(thrown);
  const path = typeof error.path === 'string' ? { path: error.path } : {};
  const hint = typeof error.hint === 'string' ? { hint: error.hint } : {};
  if (typeof error.code === 'string' && error.code in CODES) {
    return { code: error.code as Code, message, ...path, ...hint };
  }
  if (error.name === 'AbortError') return { code: 'INTERRUPTED', message, ...path };
  if (typeof error.code === 'string') return { code: codeOfErrno(error.code), message, ...path };
  return { code: 'BUG', message, ...path };
}

export function failureClass(failure: Pick<Failure, 'code'>): FailureClass {
  return CODES[failure.code].class;
}

/** Formats what happened, to which path, and what to do next. */
export function describeFailure(failure: Failure): string {
  const where =
    failure.path !== undefined && !failure.message.includes(failure.path)
      ? ` (${failure.path})`
      : '';
  // A message of several lines is a list: the code and the hint follow on a line of their own.
  const separator = failure.message.includes('\n') ? '\n' : ' ';
  return `${failure.message}${where}${separator}[${failure.code}]. ${failure.hint ?? CODES[failure.code].hint}`;
}
