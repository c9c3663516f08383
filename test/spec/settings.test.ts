import { expect, test } from '@jest/globals';
import { specSchema } from '../../src/spec/schema.ts';
import { toChunkLimits, toWorkflowSettings } from '../../src/spec/settings.ts';

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

test('gives the chunk plan what the link is like, as far as it is known', () => {
  const link = { bandwidth: '8 Mbit/s', meanTimeBetweenDrops: '1m' };

  expect(toChunkLimits(specSchema.parse({ ...input, link }))).toEqual({
    maxEntries: 500_000,
    maxBytes: 200 * 2 ** 30,
    bytesPerSecond: 1e6,
    meanTimeBetweenDropsMs: 60_000,
  });
  expect(Object.keys(toChunkLimits(specSchema.parse(input)))).toEqual(['maxEntries', 'maxBytes']);
});
