/** The table of failure codes: errno names, classes and retries. */
import { describe, expect, test } from '@jest/globals';
import { CODES, NON_RETRYABLE_CODES, type Code } from '../../src/errors/codes.ts';
import { codeOfErrno, KNOWN_ERRNOS } from '../../src/errors/errno.ts';
import { describeFailure, LonghaulError, toFailure } from '../../src/errors/failure.ts';

describe('an errno means', () => {
  test.each([
    ...['EIO', 'EREMOTEIO'].map((errno) => [errno, 'IO_ERROR', 'transient']),
    ...[
      'ENOTCONN',
      'ETIMEDOUT',
      'ECONNRESET',
      'ECONNABORTED',
      'ECONNREFUSED',
      'EHOSTDOWN',
      'EHOSTUNREACH',
      'ENETUNREACH',
      'ENETDOWN',
      'EPIPE',
      'ESTALE',
      'ENODEV',
    ].map((errno) => [errno, 'LINK_DOWN', 'transient']),
    ...['EAGAIN', 'EBUSY', 'EINTR', 'ETXTBSY', 'ENFILE', 'EMFILE', 'ENOMEM'].map((errno) => [
      errno,
      'BUSY',
      'transient',
    ]),
    ...['EACCES', 'EPERM'].map((errno) => [errno, 'PERMISSION_DENIED', 'person']),
    ...['ENOSPC', 'EDQUOT'].map((errno) => [errno, 'DISK_FULL', 'person']),
    ['EROFS', 'READ_ONLY', 'person'],
    ['ENAMETOOLONG', 'NAME_TOO_LONG', 'person'],
    ['EMLINK', 'TOO_MANY_LINKS', 'person'],
    ...['EFBIG', 'EOPNOTSUPP', 'ENOTSUP', 'EOVERFLOW', 'EILSEQ', 'EINVAL'].map((errno) => [
      errno,
      'UNSUPPORTED',
      'person',
    ]),
    ['ENOENT', 'VANISHED', 'changed'],
    ...['EXDEV', 'ENOTDIR', 'EISDIR', 'ELOOP', 'EEXIST', 'ENOTEMPTY'].map((errno) => [
      errno,
      'CHANGED_WHILE_COPYING',
      'changed',
    ]),
    ['EWHATEVER', 'BUG', 'bug'],
  ])('%s: the code %s, of class %s', (errno, code, kind) => {
    expect(codeOfErrno(errno)).toBe(code);
    expect(CODES[code as Code].class).toBe(kind);
  });

  test('the rows above cover the whole table', () => {
    expect(KNOWN_ERRNOS).toHaveLength(41);
  });
});

test('outages are retried automatically, failures that need an operator are not', () => {
  expect(NON_RETRYABLE_CODES).toContain('PERMISSION_DENIED');
  expect(NON_RETRYABLE_CODES).not.toContain('LINK_DOWN');
});

test('a failure keeps its code and path through JSON', () => {
  const error = new LonghaulError('DISK_FULL', 'no space', { path: '/d/a' });
  const sent = JSON.parse(JSON.stringify(toFailure(error))) as object;

  expect(toFailure(sent)).toEqual(toFailure(error));
  expect(describeFailure(toFailure(error))).toBe(
    'no space (/d/a) [DISK_FULL]. Free space or raise the quota on the destination, then: longhaul retry NAME.',
  );
});
