/**
 * Overhead of the workflows: the time of a round whose steps take no time, on a real server, as a share of
 * the planned time of such a round (30 TB in 1,000 chunks at 50 Mbit/s by DataSync).
 * LONGHAUL_OVERHEAD_CHUNKS sets the number of chunks; scripts/proof-overhead runs all 1,000.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { predictRound } from '../../src/policy/datasync/duration.ts';
import { chunkId, roundId } from '../../src/protocol/names.ts';
import { openFlows, SETTINGS, type Flows } from '../support/servers/workflow-bench.ts';

const CHUNKS = Number(process.env['LONGHAUL_OVERHEAD_CHUNKS'] ?? 40);
const CASE = { chunks: 1_000, bytes: 30e12, entries: 30e6, bytesPerSecond: 50e6 / 8 };
const MOST_SHARE = 0.01;
/** Events of a chunk's own workflow and its share of the round's: each costs time and storage. */
const MOST_EVENTS_A_CHUNK = 45;
const MOST_ROUND_EVENTS_A_CHUNK = 14;
const ACTIVITIES_A_CHUNK = 5;

let flows: Flows;
beforeAll(async () => void (flows = await openFlows()), 60_000);
afterAll(() => flows.close());

async function eventsOf(id: string) {
  return (await flows.client.workflow.getHandle(id).fetchHistory()).events ?? [];
}

test(`${CHUNKS} chunks: the workflows add at most 1 % to the time of the round`, async () => {
  const ids = Array.from({ length: CHUNKS }, (_, i) => String(i).padStart(4, '0'));
  const running = await flows.start('overhead', {
    chunks: ids,
    settings: {
      ...SETTINGS,
      concurrentChunks: 8,
      intervalStartMs: 3_600_000,
      intervalFloorMs: 3_600_000,
    },
  });
  const { rounds } = await running.until(
    'the first round is over',
    (progress) => progress.rounds.length > 0,
    1_200_000,
  );
  const [{ startedAt, endedAt, clean }] = rounds as [(typeof rounds)[number]];
  const measuredMs = Date.parse(endedAt) - Date.parse(startedAt);
  const modelledMs = predictRound({
    chunks: Array.from({ length: CASE.chunks }, () => ({
      entries: CASE.entries / CASE.chunks,
      bytes: CASE.bytes / CASE.chunks,
    })),
    agents: 1,
    linkBytesPerSecond: CASE.bytesPerSecond,
    pollIntervalMs: 30_000,
  }).totalMs;
  const share = ((measuredMs / CHUNKS) * CASE.chunks) / modelledMs;
  const chunk = await eventsOf(chunkId('overhead', '0000'));
  const round = await eventsOf(roundId('overhead', 1));
  const activities = chunk.filter((event) => event.activityTaskScheduledEventAttributes).length;
  const children = round.filter(
    (event) => event.childWorkflowExecutionStartedEventAttributes,
  ).length;
  const roundEvents = round.length / children;
  console.info(
    `${CHUNKS} chunks: ${Math.round(measuredMs / CHUNKS)} ms a chunk; 1,000 chunks add ${(share * 100).toFixed(4)} % to ${(modelledMs / 86_400_000).toFixed(1)} days; ` +
      `events a chunk: ${chunk.length} of its own, ${roundEvents.toFixed(1)} of the round`,
  );
  expect(clean).toBe(CHUNKS);
  expect(share).toBeLessThanOrEqual(MOST_SHARE);
  expect(activities).toBe(ACTIVITIES_A_CHUNK);
  expect(chunk.length).toBeLessThanOrEqual(MOST_EVENTS_A_CHUNK);
  expect(roundEvents).toBeLessThanOrEqual(MOST_ROUND_EVENTS_A_CHUNK);
  await running.say('abort', { reason: 'the test is over' });
}, 1_300_000);
