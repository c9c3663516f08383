/** The one table of what a failed call to AWS means: a test a row, and what is in none of them. */
import { expect, test } from '@jest/globals';
import { awsAnswer, awsFailure, judgeCall } from '../../src/aws/failures.ts';
import { LonghaulError, failureClass } from '../../src/errors/failure.ts';

const answered = (name: string, status: number, more: object = {}) =>
  Object.assign(new Error('words'), { name, $metadata: { httpStatusCode: status }, ...more });
const unanswered = (more: object) => Object.assign(new Error('words'), { $metadata: {} }, more);

test.each([
  ['a call that was stopped', unanswered({ name: 'AbortError' }), 'INTERRUPTED', undefined],
  [
    'no credentials',
    unanswered({ name: 'CredentialsProviderError' }),
    'AWS_REFUSED',
    /credentials/,
  ],
  ['an unknown key', answered('UnrecognizedClientException', 400), 'AWS_REFUSED', /credentials/],
  [
    'an unknown key, as S3 says it',
    answered('InvalidAccessKeyId', 403),
    'AWS_REFUSED',
    /credentials/,
  ],
  ['an old token', answered('ExpiredTokenException', 400), 'AWS_REFUSED', /credentials/],
  ['a wrong secret', answered('SignatureDoesNotMatch', 403), 'AWS_REFUSED', /credentials/],
  ['a missing right', answered('AccessDeniedException', 400), 'AWS_REFUSED', /iam-policy/],
  ['a missing right, as S3 says it', answered('AccessDenied', 403), 'AWS_REFUSED', /iam-policy/],
  ['too many calls', answered('ThrottlingException', 400), 'BUSY', undefined],
  ['too many calls, as S3 says it', answered('SlowDown', 503), 'BUSY', undefined],
  ['a fault of the service', answered('InternalException', 500), 'BUSY', undefined],
  ['a fault without a name', answered('Error', 502), 'BUSY', undefined],
  [
    'a role that is new',
    answered('InvalidRequestException', 400, { message: 'Unable to assume role' }),
    'BUSY',
    undefined,
  ],
  ['a reset connection', unanswered({ code: 'ECONNRESET' }), 'LINK_DOWN', undefined],
  ['a socket that says nothing', unanswered({ name: 'TimeoutError' }), 'LINK_DOWN', undefined],
  ['no answer of any other kind', unanswered({}), 'LINK_DOWN', undefined],
  [
    'what DataSync says of the mount',
    answered('InvalidRequestException', 400, { message: 'mount.nfs: access denied' }),
    'PERMISSION_DENIED',
    /no_root_squash/,
  ],
  ['a request that is wrong', answered('InvalidRequestException', 400), 'AWS_REFUSED', undefined],
  ['what is no error of the SDK', new TypeError('x is not a function'), 'BUG', undefined],
] as const)('%s', (_what, thrown, code, fix) => {
  const judged = judgeCall(thrown);

  expect(judged.code).toBe(code);
  if (fix === undefined) expect(judged.fix).toBeUndefined();
  else expect(judged.fix).toMatch(fix);
});

test('who provisions and who moves get the same code, and the cause with it', () => {
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

test('what is ours already is passed on', () => {
  const ours = new LonghaulError('LINK_DOWN', 'away');

  expect(awsFailure('look', ours)).toBe(ours);
});
