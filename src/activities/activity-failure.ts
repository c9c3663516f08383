/** The one place where what an activity throws becomes what Temporal sees. */
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { describeFailure, failureClass, toFailure } from '../errors/failure.ts';

/**
 * An ApplicationFailure whose type is the code: retried when transient, for a person otherwise. What
 * is expected in a long migration is benign: it is told to the operator, not to the error log.
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
