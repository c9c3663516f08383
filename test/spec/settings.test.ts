import { expect, test } from '@jest/globals';
import { specSchema } from '../../src/spec/schema.ts';
import { toWorkflowSettings } from '../../src/spec/settings.ts';

const input = {
  name: 'a',
  source: { path: '/a' },
  destination: { path: '/b' },
  stateDirectory: '/c',
};

test('takes defaults for what the spec does not say', () => {
  expect(toWorkflowSettings(specSchema.parse(input))).toEqual({
    concurrentChunks: 8,
    heartbeatTimeoutMs: 60_000,
    intervalStartMs: 86_400_000,
    intervalFloorMs: 3_600_000,
    convergedEntries: 10_000,
    convergedBytes: 5 * 2 ** 30,
    deletesWhen: 'final',
    verifyMode: 'copied',
    approval: 'required',
    hasFreezeHook: false,
    hasSwitchHook: false,
  });
});

test('takes times as milliseconds since 1970', () => {
  const spec = specSchema.parse({
    ...input,
    rounds: { first: '1970-01-01T01:00:00+01:00' },
    cutover: {
      window: { start: '1970-01-01T00:00:01Z', end: '1970-01-01T00:00:02Z' },
      freeze: { command: ['true'] },
      switch: { command: ['true'] },
    },
  });

  expect(toWorkflowSettings(spec)).toMatchObject({
    firstRoundMs: 0,
    window: { startMs: 1000, endMs: 2000 },
    hasFreezeHook: true,
    hasSwitchHook: true,
  });
});
