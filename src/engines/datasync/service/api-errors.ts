/** What the engine asks of a failed call, by the SDK's error that the LonghaulError keeps as its cause. */

interface SdkError {
  readonly name?: string;
  readonly message?: string;
  readonly errorCode?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
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

/** A start that DataSync refuses because something runs, or the agent has just gone; its words are not documented. */
export function isBusy(error: unknown): boolean {
  const { name, message, errorCode } = causeOf(error);
  if (name !== 'InvalidRequestException') return false;
  return /already running|busy|only one task execution|Invalid request\.$|LimitExceeded|TaskAlreadyRunning|is (?:UNAVAILABLE|CREATING)/i.test(
    `${errorCode ?? ''} ${message ?? ''}`,
  );
}

/** A cancel or an update of what has ended meanwhile. */
export function isOverAlready(error: unknown): boolean {
  return causeOf(error).name === 'InvalidRequestException' && !isNotFound(error);
}
