/** From what the SDK throws to a LonghaulError that keeps it as its cause, and what callers ask of it. */
import { LonghaulError, type Code } from '../../errors.ts';
import { judgeSignal } from '../../policy/datasync-failures.ts';

interface SdkError {
  readonly name?: string;
  readonly message?: string;
  readonly errorCode?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** `call` names it for people: 'StartTaskExecution'. */
export function toAwsError(call: string, thrown: unknown): LonghaulError {
  if (thrown instanceof LonghaulError) return thrown;
  const error = thrown as SdkError;
  const said = `${error.errorCode ?? error.name ?? 'Error'}: ${error.message ?? String(thrown)}`;
  const { code, fix } = codeOf(error, said);
  return new LonghaulError(code, `AWS answered ${call} with ${said}`, {
    ...(fix === undefined ? {} : { hint: fix }),
    cause: thrown,
  });
}

function codeOf(error: SdkError, said: string): { readonly code: Code; readonly fix?: string } {
  const status = error.$metadata?.httpStatusCode;
  if (error.name === 'AbortError') return { code: 'INTERRUPTED' };
  if (/Credential|ExpiredToken|UnrecognizedClient|InvalidSignature/.test(said)) {
    return {
      code: 'AWS_REFUSED',
      fix: 'Give the worker valid credentials (environment, profile or role), then: longhaul retry NAME.',
    };
  }
  if (status === undefined) return { code: 'LINK_DOWN' };
  if (status >= 500 || status === 429 || /Throttl|TooManyRequests/.test(said))
    return { code: 'BUSY' };
  const verdict = judgeSignal(said);
  if (verdict.kind === 'unknown' || verdict.code === undefined) return { code: 'AWS_REFUSED' };
  return { code: verdict.code, ...(verdict.fix === undefined ? {} : { fix: verdict.fix }) };
}

const causeOf = (error: unknown): SdkError => (error as { cause?: unknown }).cause ?? {};

/** Whether a call that creates or starts may have been carried out although it failed. */
export function isAmbiguous(error: unknown): boolean {
  const cause = causeOf(error);
  const status = cause.$metadata?.httpStatusCode;
  if (/Throttl|TooManyRequests/.test(cause.name ?? '')) return false;
  return status === undefined || status >= 500;
}

export function isNotFound(error: unknown): boolean {
  return /not found|does not exist/i.test(causeOf(error).message ?? '');
}

/** A start that DataSync refuses because something runs; its words are not documented. */
export function isBusy(error: unknown): boolean {
  const { name, message, errorCode } = causeOf(error);
  if (name !== 'InvalidRequestException') return false;
  return /already running|busy|only one task execution|Invalid request\.$|LimitExceeded|TaskAlreadyRunning/i.test(
    `${errorCode ?? ''} ${message ?? ''}`,
  );
}

/** A cancel or an update of what has ended meanwhile. */
export function isOverAlready(error: unknown): boolean {
  return causeOf(error).name === 'InvalidRequestException' && !isNotFound(error);
}
