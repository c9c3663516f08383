/** The error response of a service for a fault of the script. */
import type { ReplyFault } from '../world/faults.ts';
import { ServiceError } from '../wire/service-error.ts';

/** `denied` is the service's own error code for a missing permission. */
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
