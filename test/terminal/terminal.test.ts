import { expect, test } from '@jest/globals';
import { openTerminal } from '../../src/terminal/terminal.ts';

test('a terminal that reports 0 columns is treated as 80 columns wide', () => {
  const stream = { write: () => undefined, isTTY: true, columns: 0 };
  const signal = new AbortController().signal;

  const { columns } = openTerminal({
    ...{ stdout: stream, stderr: stream, json: false, noColor: true, signal },
  });

  expect(columns).toBe(80);
});
