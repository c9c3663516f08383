import { expect, test } from '@jest/globals';
import { advice, exitOf, failureOf } from '../../../src/cli/command/exit.ts';
import { LonghaulError } from '../../../src/errors/failure.ts';

const errno = (code: string): Error =>
  Object.assign(new Error(`${code}: it did not work, open '/x'`), { code });

test.each`
  thrown                                       | code                   | exit
  ${errno('ENOENT')}                           | ${'USAGE'}             | ${2}
  ${errno('EISDIR')}                           | ${'USAGE'}             | ${2}
  ${errno('EACCES')}                           | ${'PERMISSION_DENIED'} | ${3}
  ${errno('EIO')}                              | ${'IO_ERROR'}          | ${5}
  ${new LonghaulError('VANISHED', 'x')}        | ${'VANISHED'}          | ${0}
  ${new LonghaulError('SOURCE_MISSING', 'x')}  | ${'SOURCE_MISSING'}    | ${4}
  ${new TypeError('x is not a function')}      | ${'BUG'}               | ${1}
  ${new DOMException('stopped', 'AbortError')} | ${'INTERRUPTED'}       | ${130}
`('a command that throws $thrown exits with $exit', ({ thrown, code, exit }) => {
  const failure = failureOf(thrown, []);

  expect(failure).toMatchObject({ code });
  expect(failure && exitOf(failure)).toBe(exit);
});

test.each`
  hint                                                                                  | migration    | says
  ${'See: longhaul help.'}                                                              | ${'acme'}    | ${'See: longhaul help retry.'}
  ${'Mount it, then: longhaul retry NAME.'}                                             | ${'acme'}    | ${'Mount it, then: longhaul retry acme.'}
  ${'Mount it, then: longhaul retry NAME.'}                                             | ${undefined} | ${'Mount it, then: run the same command again.'}
  ${'Give access, then: longhaul retry NAME. Or accept it: longhaul accept NAME PATH.'} | ${undefined} | ${'Give access, then: run the same command again.'}
`('the hint "$hint" for the migration $migration becomes "$says"', ({ hint, migration, says }) => {
  expect(advice(hint as string, { command: 'retry', migration })).toBe(says);
});
