import { expect, test } from '@jest/globals';
import { lineText } from '../../../src/terminal/texts/ledger.ts';

test('longhaul ledger shows the last output of a hook without control characters', () => {
  const line = {
    seq: 7,
    at: '2026-11-26T00:59:21.177Z',
    kind: 'hook',
    key: 'hook/freeze/1',
    hook: 'freeze',
    exitCode: 7,
    output: 'stopping\n\u001b[31mcannot stop\u0007\n',
    elapsedMs: 52,
    because: 'ended with exit code 7',
  };

  expect(lineText(line as never).split('\n')).toEqual([
    '7  2026-11-26T00:59:21Z  hook  freeze, exit 7 after 52 ms: ended with exit code 7',
    '      | stopping',
    '      |  [31mcannot stop ',
  ]);
});
