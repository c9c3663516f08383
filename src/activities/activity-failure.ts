/** Converts what an activity throws to the failure that Temporal sees; nothing else does. */
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { describeFailure, failureClass, toFailure } from '../errors/failure.ts';

/**
 * Returns an ApplicationFailure whose type is the code. Only transient failures are retryable. All but
 * bugs are benign: they are expected in a long migration and do not belong in the error log.
 */
export function toActivityFailure(thrown: unknown): ApplicationFailure {
  const failure = toFailure(thrown);
  return ApplicationFailure.create({
    type: failure.code,
    message: describeFailure(failure),
    details: [failure],
    nonRetryable: failureClass(failure) !== 'transient',
    ...(failureClass(failure) === 'bug' ? {} : { category: ApplicationFailureCategory.BENIGN }),
  });
}
