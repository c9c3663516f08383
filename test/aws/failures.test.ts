/** The table of failed AWS calls: one test per row, and errors without a row. */
import { expect, test } from '@jest/globals';
import { awsAnswer, awsFailure, judgeCall } from '../../src/aws/failures.ts';
import { LonghaulError, failureClass } from '../../src/errors/failure.ts';

const answered = (name: string, status: number, more: object = {}) =>
  Object.assign(new Error('words'), { name, $metadata: { httpStatusCode: status }, ...more });
const unanswered = (more: object) => Object.assign(new Error('words'), { $metadata: {} }, more);

test.each([
  ['an aborted call', unanswered({ name: 'AbortError' }), 'INTERRUPTED', undefined],
  [
    'no credentials',
    unanswered({ name: 'CredentialsProviderError' }),
    'AWS_REFUSED',
    /credentials/,
  ],
  ['an unknown key', answered('UnrecognizedClientException', 400), 'AWS_REFUSED', /credentials/],
  ['an unknown key, in S3', answered('InvalidAccessKeyId', 403), 'AWS_REFUSED', /credentials/],
  ['an expired token', answered('ExpiredTokenException', 400), 'AWS_REFUSED', /credentials/],
  ['a wrong secret', answered('SignatureDoesNotMatch', 403), 'AWS_REFUSED', /credentials/],
  ['a missing permission', answered('AccessDeniedException', 400), 'AWS_REFUSED', /iam-policy/],
  ['a missing permission, in S3', answered('AccessDenied', 403), 'AWS_REFUSED', /iam-policy/],
  ['too many calls', answered('ThrottlingException', 400), 'BUSY', undefined],
  ['too many calls, in S3', answered('SlowDown', 503), 'BUSY', undefined],
  ['a service error', answered('InternalException', 500), 'BUSY', undefined],
  ['a service error without a name', answered('Error', 502), 'BUSY', undefined],
  [
    'a new role',
    answered('InvalidRequestException', 400, { message: 'Unable to assume role' }),
    'BUSY',
    undefined,
  ],
  ['a reset connection', unanswered({ code: 'ECONNRESET' }), 'LINK_DOWN', undefined],
  ['a socket that times out', unanswered({ name: 'TimeoutError' }), 'LINK_DOWN', undefined],
  ['no response for any other reason', unanswered({}), 'LINK_DOWN', undefined],
  [
    'a mount error of DataSync',
    answered('InvalidRequestException', 400, { message: 'mount.nfs: access denied' }),
    'PERMISSION_DENIED',
    /no_root_squash/,
  ],
  ['an invalid request', answered('InvalidRequestException', 400), 'AWS_REFUSED', undefined],
  ['an error that is not from the SDK', new TypeError('x is not a function'), 'BUG', undefined],
] as const)('%s', (_what, thrown, code, fix) => {
  const judged = judgeCall(thrown);

  expect(judged.code).toBe(code);
  if (fix === undefined) expect(judged.fix).toBeUndefined();
  else expect(judged.fix).toMatch(fix);
});

test('provisioning and the engine get the same code and cause', () => {
  const thrown = answered('ExpiredTokenException', 400);
  const both = [awsFailure('look at the tasks', thrown), awsAnswer('ListTasks', thrown)];

  expect(both).toMatchObject([
    {
      code: 'AWS_REFUSED',
      message: 'Could not look at the tasks: ExpiredTokenException: words',
      cause: thrown,
    },
    {
      code: 'AWS_REFUSED',
      message: 'AWS answered ListTasks with ExpiredTokenException: words',
      cause: thrown,
    },
  ]);
  expect(failureClass(both[0]!)).toBe('person');
});

test('a LonghaulError is passed through', () => {
  const ours = new LonghaulError('LINK_DOWN', 'away');

  expect(awsFailure('look', ours)).toBe(ours);
});
