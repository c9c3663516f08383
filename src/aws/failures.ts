/**
 * Table of failed AWS calls: maps errors of the SDK to codes, by name, text and status, never by class.
 * Texts of DataSync are looked up in the table of its failures.
 */
import { LonghaulError } from '../errors/failure.ts';
import { type Code } from '../errors/codes.ts';
import type { Thrown } from '../errors/thrown.ts';
import { judgeSignal } from '../policy/datasync/failures.ts';

/** An error of the SDK. A failure of the socket has a `code` and no `$metadata` of its own. */
export interface AwsError extends Thrown {
  /** Set by DataSync beside the name. */
  readonly errorCode?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

export interface CallFailure {
  readonly code: Code;
  /** Replaces the hint of the code. */
  readonly fix?: string;
}

interface Row extends CallFailure {
  /** Matched against the error's name, its errorCode, and the errno of the socket. */
  readonly name?: RegExp;
  readonly message?: RegExp;
}

const CREDENTIALS =
  'Give the worker valid credentials (environment, profile or role), then: longhaul retry NAME.';
const RIGHTS =
  'Compare the rights with: longhaul iam-policy SPEC; check that AWS_PROFILE or the role is the right one. Then: longhaul retry NAME.';

const DENIED = /^(AccessDenied(Exception)?|UnauthorizedOperation|Forbidden)$/;

/** DataSync has no error name for this: only the text says that the resource does not exist. */
export const isNotFound = (thrown: unknown): boolean =>
  /not found|does not exist/i.test((thrown as AwsError | undefined)?.message ?? '');

/** Returns true when the credentials are valid and lack a permission. */
export const isDenial = (thrown: unknown): boolean =>
  DENIED.test((thrown as AwsError | undefined)?.name ?? '');

/** The first match decides. */
const ROWS: readonly Row[] = [
  { name: /^AbortError$/, code: 'INTERRUPTED' },
  {
    name: /^(CredentialsProviderError|UnrecognizedClientException|InvalidClientTokenId|InvalidSignature(Exception)?|SignatureDoesNotMatch|InvalidAccessKeyId|ExpiredToken(Exception)?)$/,
    code: 'AWS_REFUSED',
    fix: CREDENTIALS,
  },
  { name: DENIED, code: 'AWS_REFUSED', fix: RIGHTS },
  { name: /Throttl|^(TooManyRequests(Exception)?|RequestLimitExceeded|SlowDown)$/, code: 'BUSY' },
  {
    name: /^(InternalException|InternalServerError|InternalFailure|ServiceUnavailable|DependencyTimeout|InsufficientThroughputCapacity|IncorrectFileSystemLifeCycleState)$/,
    code: 'BUSY',
  },
  // A new role or permission takes minutes to reach every service.
  { message: /Unable to assume role|sts:AssumeRole/, code: 'BUSY' },
  {
    name: /^(ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ESOCKETTIMEDOUT|TimeoutError|NetworkingError)$/,
    code: 'LINK_DOWN',
  },
];

export function judgeCall(thrown: unknown): CallFailure {
  const { name = '', message = '', code, errorCode, $metadata } = (thrown ?? {}) as AwsError;
  const names = [name, errorCode ?? '', typeof code === 'string' ? code : ''];
  const row = ROWS.find(
    (one) =>
      (one.name === undefined || names.some((given) => one.name!.test(given))) &&
      (one.message === undefined || one.message.test(message)),
  );
  if (row !== undefined) return verdict(row);
  if ($metadata === undefined) return { code: 'BUG' }; // not an error of the SDK
  const { httpStatusCode: status } = $metadata;
  if (status === undefined) return { code: 'LINK_DOWN' }; // no response; the SDK wraps the socket's error
  if (status >= 500 || status === 429) return { code: 'BUSY' };
  const judged = judgeSignal(`${errorCode ?? name}: ${message}`);
  return judged.kind === 'unknown' ? { code: 'AWS_REFUSED' } : verdict(judged);
}

function verdict({ code = 'AWS_REFUSED', fix }: Partial<CallFailure>): CallFailure {
  return fix === undefined ? { code } : { code, fix };
}

/** `doing`: 'create the file system', for the message. Passes LonghaulErrors through. */
export function awsFailure(doing: string, thrown: unknown): LonghaulError {
  return toLonghaulError(thrown, (detail) => `Could not ${doing}: ${detail}`);
}

/** `call`: name of the API call, 'StartTaskExecution'. Passes LonghaulErrors through. */
export function awsAnswer(call: string, thrown: unknown): LonghaulError {
  return toLonghaulError(thrown, (detail) => `AWS answered ${call} with ${detail}`);
}

function toLonghaulError(thrown: unknown, text: (detail: string) => string): LonghaulError {
  if ((thrown as Partial<LonghaulError> | undefined)?.name === 'LonghaulError')
    return thrown as LonghaulError;
  const { errorCode, name = 'Error', message = String(thrown) } = (thrown ?? {}) as AwsError;
  const { code, fix } = judgeCall(thrown);
  return new LonghaulError(code, text(`${errorCode ?? name}: ${message}`), {
    ...(fix === undefined ? {} : { hint: fix }),
    cause: thrown,
  });
}

/** Returns undefined when the call fails with the error of this name. */
export async function ignoreError<T>(name: string, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if ((error as { name?: unknown }).name === name) return undefined;
    throw error;
  }
}
