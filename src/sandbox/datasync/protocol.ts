/** awsJson1.1: `POST /` with `X-Amz-Target: FmrsService.<Operation>`. */
import { json, type Reply, type Request } from '../wire/http.ts';
import { violations, type ServiceModel } from '../wire/model.ts';
import {
  denied,
  internal,
  invalidRequest,
  ServiceError,
  throttled,
} from '../wire/service-error.ts';
import { OPERATIONS } from './operations.ts';
import type { World } from '../world/datasync.ts';

const CONTENT_TYPE = 'application/x-amz-json-1.1';

/** Returns the response; 'lost' when the operation was carried out and its response must not arrive. */
export function answerDataSync(
  world: World,
  model: ServiceModel,
  request: Request,
): Reply | 'lost' {
  const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
  try {
    const fault = world.faults.onCall(operation);
    if (fault === 'throttled') throw throttled();
    if (fault === 'denied') throw denied(operation);
    if (fault === 'unavailable')
      throw new ServiceError('ServiceUnavailable', 503, 'Service is unable to handle request.');
    const result = perform(world, model, operation, request.body);
    // An internal error after the side effect: the caller cannot know whether it took place.
    if (fault === 'internal') throw internal();
    return fault === 'lost' ? 'lost' : json(200, result, CONTENT_TYPE);
  } catch (error) {
    return errorReply(error);
  }
}

function perform(world: World, model: ServiceModel, operation: string, body: Buffer): unknown {
  const known = model.operations[operation];
  const handler = OPERATIONS[operation];
  if (!known) throw new ServiceError('UnknownOperationException', 400, '');
  if (!handler) throw invalidRequest(`The sandbox does not answer ${operation}.`, 'NotInSandbox');
  const input: unknown = JSON.parse(body.toString() || '{}');
  const problems = known.input === undefined ? [] : violations(model, known.input, input);
  if (problems.length > 0) {
    throw new ServiceError(
      'ValidationException',
      400,
      `${problems.length} validation error${problems.length > 1 ? 's' : ''} detected: ${problems.join('; ')}`,
    );
  }
  return handler(world, input as never);
}

function errorReply(error: unknown): Reply {
  const known = error instanceof ServiceError ? error : internal();
  const reply = json(
    known.status,
    { __type: known.type, message: known.message, ...known.fields },
    CONTENT_TYPE,
  );
  return { ...reply, headers: { ...reply.headers, 'x-amzn-errortype': known.type } };
}
