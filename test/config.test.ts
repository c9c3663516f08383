import { expect, test } from '@jest/globals';
import { readConfig } from '../src/config.ts';

test('takes what is set, and defaults where nothing is', () => {
  expect(readConfig({})).toEqual({ stateDirectory: undefined, noColor: false, logLevel: 'info' });
  expect(readConfig({ LONGHAUL_STATE: '', NO_COLOR: '', LONGHAUL_LOG_LEVEL: '' })).toEqual(
    readConfig({}),
  );
  expect(
    readConfig({ LONGHAUL_STATE: '/state', NO_COLOR: '1', LONGHAUL_LOG_LEVEL: 'debug' }),
  ).toEqual({ stateDirectory: '/state', noColor: true, logLevel: 'debug' });
});

test('names every variable that is wrong, what was expected and what was found', () => {
  const read = () => readConfig({ LONGHAUL_STATE: 'state', LONGHAUL_LOG_LEVEL: 'loud' });

  expect(read).toThrow(expect.objectContaining({ code: 'USAGE' }));
  expect(read).toThrow(/LONGHAUL_STATE: expected an absolute path, got "state"/);
  expect(read).toThrow(/LONGHAUL_LOG_LEVEL: expected one of trace.*, got "loud"/);
});
