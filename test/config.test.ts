import { expect, test } from '@jest/globals';
import { readConfig } from '../src/config.ts';

test('reads variables that are set, and has defaults for the others', () => {
  expect(readConfig({})).toEqual({ stateDirectory: undefined, noColor: false, logLevel: 'info' });
  expect(readConfig({ LONGHAUL_STATE: '', NO_COLOR: '', LONGHAUL_LOG_LEVEL: '' })).toEqual(
    readConfig({}),
  );
  expect(
    readConfig({ LONGHAUL_STATE: '/state', NO_COLOR: '1', LONGHAUL_LOG_LEVEL: 'debug' }),
  ).toEqual({ stateDirectory: '/state', noColor: true, logLevel: 'debug' });
});

test('names every invalid variable, with the expected and the found value', () => {
  const read = () => readConfig({ LONGHAUL_STATE: 'state', LONGHAUL_LOG_LEVEL: 'loud' });

  expect(read).toThrow(expect.objectContaining({ code: 'USAGE' }));
  expect(read).toThrow(/LONGHAUL_STATE: expected an absolute path, got "state"/);
  expect(read).toThrow(/LONGHAUL_LOG_LEVEL: expected one of trace.*, got "loud"/);
});
