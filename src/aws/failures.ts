/**
 * What a failed call to AWS means, in one table for all who call. The SDK's errors are recognised by name,
 * words and status, never by class; what DataSync itself says is looked up in the table of its failures.
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
  /** What to do, where the hint of the code says too little. */
  readonly fix?: string;
}

interface Row extends CallFailure {
  /** Of the error: its name, its errorCode, or the code of the socket. */
  readonly name?: RegExp;
  readonly message?: RegExp;
}

const CREDENTIALS =
  'Give the worker valid credentials (environment, profile or role), then: longhaul retry NAME.';
const RIGHTS =
  'See what it needs with: longhaul iam-policy SPEC; and whether AWS_PROFILE or the role is the right one. Then: longhaul retry NAME.';

const DENIED = /^(AccessDenied(Exception)?|UnauthorizedOperation|Forbidden)$/;

/** Whether the credentials are good and the right is missing. */
export const isDenial = (thrown: unknown): boolean =>
  DENIED.test((thrown as AwsError | undefined)?.name ?? '');

/** The first row that fits counts. */
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
  // Roles take minutes until every service knows them; so do rights.
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
  if ($metadata === undefined) return { code: 'BUG' }; // not from the SDK
  const { httpStatusCode: status } = $metadata;
  if (status === undefined) return { code: 'LINK_DOWN' }; // no answer; the SDK wraps what the socket said
  if (status >= 500 || status === 429) return { code: 'BUSY' };
  const said = judgeSignal(`${errorCode ?? name}: ${message}`);
  return said.kind === 'unknown' ? { code: 'AWS_REFUSED' } : verdict(said);
}

function verdict({ code = 'AWS_REFUSED', fix }: Partial<CallFailure>): CallFailure {
  return fix === undefined ? { code } : { code, fix };
}

/** `doing`: 'create the file system', for the message. What is ours already is passed on. */
export function awsFailure(doing: string, thrown: unknown): LonghaulError {
  return toLonghaulError(thrown, (said) => `Could not ${doing}: ${said}`);
}

/** The same of a `call` by its name: 'StartTaskExecution'. */
export function awsAnswer(call: string, thrown: unknown): LonghaulError {
  return toLonghaulError(thrown, (said) => `AWS answered ${call} with ${said}`);
}

function toLonghaulError(thrown: unknown, text: (said: string) => string): LonghaulError {
  if ((thrown as Partial<LonghaulError> | undefined)?.name === 'LonghaulError')
    return thrown as LonghaulError;
  const { errorCode, name = 'Error', message = String(thrown) } = (thrown ?? {}) as AwsError;
  const { code, fix } = judgeCall(thrown);
  return new LonghaulError(code, text(`${errorCode ?? name}: ${message}`), {
    ...(fix === undefined ? {} : { hint: fix }),
    cause: thrown,
  });
}
