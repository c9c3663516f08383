/** Classifies failed calls by the SDK's error, which the LonghaulError keeps as its cause. */
import { isNotFound, type AwsError } from '../../../aws/failures.ts';

/** How long a request may still arrive after its reply was lost. Wait before looking for its effect. */
export const SETTLE_MS = 5_000;

const causeOf = (error: unknown): AwsError => (error as { cause?: unknown }).cause ?? {};

/** Returns true when a call that creates or starts may have been carried out although it failed. */
export function isAmbiguous(error: unknown): boolean {
  const cause = causeOf(error);
  const status = cause.$metadata?.httpStatusCode;
  if (/Throttl|TooManyRequests/.test(cause.name ?? '')) return false;
  return status === undefined || status >= 500;
}

export const isNotFoundError = (error: unknown): boolean => isNotFound(causeOf(error));

export async function undefinedIfNotFound<T>(response: Promise<T>): Promise<T | undefined> {
  try {
    return await response;
  } catch (error) {
    if (isNotFoundError(error)) return undefined;
    throw error;
  }
}

/** Matches a refused start while an execution runs or the agent has just gone; the texts are undocumented. */
export function isBusy(error: unknown): boolean {
  const { name, message, errorCode } = causeOf(error);
  if (name !== 'InvalidRequestException') return false;
  return /already running|busy|only one task execution|Invalid request\.$|LimitExceeded|TaskAlreadyRunning|is (?:UNAVAILABLE|CREATING)/i.test(
    `${errorCode ?? ''} ${message ?? ''}`,
  );
}

/** Returns true for a cancel or update of an execution that has ended in the meantime. */
export function isAlreadyEnded(error: unknown): boolean {
  return causeOf(error).name === 'InvalidRequestException' && !isNotFoundError(error);
}
