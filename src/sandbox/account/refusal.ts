/** A fault of the script as an error that the service would answer. */
import type { ReplyFault } from '../world/faults.ts';
import { ServiceError } from '../wire/service-error.ts';

/** `denied`: what the service calls a call that the caller has no right to. */
export function refusal(fault: Exclude<ReplyFault, 'lost'>, denied: string): ServiceError {
  switch (fault) {
    case 'denied':
      return new ServiceError(denied, 403, 'You are not authorized to perform this operation.');
    case 'throttled':
      return new ServiceError('Throttling', 400, 'Rate exceeded');
    case 'internal':
      return new ServiceError('InternalFailure', 500, 'An internal error occurred.');
    case 'unavailable':
      return new ServiceError('ServiceUnavailable', 503, 'Service is unable to handle request.');
  }
}
