/** An error response of a service. */
export class ServiceError extends Error {
  readonly type: string;
  readonly status: number;
  readonly fields: Readonly<Record<string, string>>;

  constructor(type: string, status: number, message: string, fields: Record<string, string> = {}) {
    super(message);
    this.type = type;
    this.status = status;
    this.fields = fields;
  }
}

/** DataSync's only client error. Callers classify it by `datasyncErrorCode`. */
export function invalidRequest(
  message: string,
  datasyncErrorCode = 'InvalidParameter',
): ServiceError {
  return new ServiceError('InvalidRequestException', 400, message, {
    errorCode: 'InvalidParameter',
    datasyncErrorCode,
  });
}

export function notFound(what: string, arn: string): ServiceError {
  return invalidRequest(
    `Request parameters contain an invalid value: ${what} ${arn} is not found.`,
    'NotFound',
  );
}

export function throttled(): ServiceError {
  return new ServiceError('ThrottlingException', 400, 'Rate exceeded');
}

export function internal(): ServiceError {
  return new ServiceError('InternalException', 500, 'An internal error occurred.', {
    errorCode: 'Internal',
  });
}

export function denied(operation: string): ServiceError {
  const message = `User is not authorized to perform: datasync:${operation}`;
  return new ServiceError('AccessDeniedException', 400, message);
}
