import { describe, expect, test } from '@jest/globals';
import { toActivityFailure } from '../../src/activities/activity-failure.ts';
import { CODES, type Code } from '../../src/errors/codes.ts';
import { LonghaulError } from '../../src/errors/failure.ts';

describe('a failure of an activity', () => {
  test.each(Object.keys(CODES) as Code[])(
    '%s keeps its code, and is retried only if transient',
    (code) => {
      const failure = toActivityFailure(new LonghaulError(code, 'it broke', { path: 'a/b' }));

      expect(failure.type).toBe(code);
      expect(failure.nonRetryable).toBe(CODES[code].class !== 'transient');
      expect(failure.details?.[0]).toMatchObject({ code, message: 'it broke', path: 'a/b' });
      expect(failure.category).toBe(code === 'BUG' ? undefined : 'BENIGN');
    },
  );

  test.each([
    [Object.assign(new Error('i/o'), { code: 'EIO' }), 'IO_ERROR', false],
    [Object.assign(new Error('denied'), { code: 'EACCES' }), 'PERMISSION_DENIED', true],
    [new TypeError('x is not a function'), 'BUG', true],
    ['a string', 'BUG', true],
  ])('%s becomes %s', (thrown, type, nonRetryable) => {
    expect(toActivityFailure(thrown)).toMatchObject({ type, nonRetryable });
  });
});
