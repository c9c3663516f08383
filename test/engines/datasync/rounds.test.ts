/**
 * A whole round in the sandbox's virtual time, with parallel chunks as in a worker: compares its duration
 * with the prediction of `longhaul plan`, and measures how busy the lanes are while chunks wait.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import type { Time } from '../../../src/engines/datasync/service/time.ts';
import type { PlannedChunk } from '../../../src/policy/chunks/plan.ts';
import { closeSum } from '../../../src/model/sum.ts';
import { agentsOf } from '../../../src/sandbox/world/datasync.ts';
import { firstRoundOf } from '../../../src/spec/first-round.ts';
import { sandboxEngine } from '../../support/aws/datasync-bench.ts';
import { expectSameTree } from '../../support/trees/oracle.ts';
import { openBench, type Bench } from '../contract.ts';

let bench: Bench;
afterEach(async () => {
  await bench.engine.dispose();
  rmSync(bench.root, { recursive: true, force: true });
});

const LAUNCH_MS = [30_000, 300_000] as const;
const CREATE_TASK_MS = 200_000;

interface Shape {
  readonly chunks: number;
  readonly filesEach: number;
  readonly bytesEach: number;
  readonly agents: number;
  readonly bytesPerSecond: number;
  readonly entriesPerSecond: number;
  readonly verifiedBytesPerSecond: number;
}

interface Played {
  readonly actualMs: number;
  readonly predictedMs: number;
  /** Share of the time in which a chunk waited for a lane. */
  readonly busy: number;
}

/** Event loop turns without a request after which only the clock can make progress. */
const QUIET_TURNS = 12;
const STEP_MS = 1_000;
/** Passes at most without a look at whether all is over. */
const AT_ONCE_MS = 3_600_000;

async function play(shape: Shape): Promise<Played> {
  let requests = 0;
  let wakes = 0;
  // The clock exists once the bench is open.
  const time: Time = {
    now: () => kind.cloud().world.clock.now(),
    sleep: (ms) =>
      new Promise((resolve) => {
        kind.cloud().world.clock.after(ms, () => {
          wakes++;
          resolve();
        });
      }),
  };
  const kind = sandboxEngine({
    agentNames: Array.from({ length: shape.agents }, (_, i) => `agent-${i + 1}`),
    aws: { layout: 'pool', pollInterval: '60s' },
    timings: {
      launchMs: LAUNCH_MS,
      createTaskMs: CREATE_TASK_MS,
      linkBytesPerSecond: shape.bytesPerSecond,
      itemsPreparedPerSecond: shape.entriesPerSecond,
      verifiedBytesPerSecond: shape.verifiedBytesPerSecond,
    },
    onRequest: () => void requests++,
    engine: { time, chunkCount: () => shape.chunks },
  });
  bench = openBench(kind, {}, { link: { bandwidth: `${shape.bytesPerSecond} B/s` } });
  const cloud = kind.cloud();
  const { clock } = cloud.world;
  const chunks = fill(bench.source, shape);
  bench.engine.adjust(shape.bytesPerSecond);
  const beganAt = clock.now();
  let left = chunks.length;
  let endedAt = beganAt;
  const chain = async (chunk: PlannedChunk): Promise<void> => {
    const job = () => bench.job({ number: 1, kind: 'seed', deletes: false }, { chunk });
    await bench.engine.scan(job());
    await bench.engine.copy(job());
    await bench.engine.verify(job());
    await bench.engine.deletePass(job());
    const sum = await bench.engine.close(job());
    expect(closeSum({ ...sum })).toMatchObject({ closes: true, clean: true });
    left--;
    endedAt = clock.now();
  };
  const all = Promise.all(chunks.map(chain));
  all.catch(() => (left = 0));
  while (left > 0) {
    for (let quiet = 0, seen = requests; quiet < QUIET_TURNS; quiet++) {
      await turn();
      if (requests !== seen) [quiet, seen] = [0, requests];
    }
    const before = wakes;
    for (let passedMs = 0; wakes === before && passedMs < AT_ONCE_MS; passedMs += STEP_MS)
      cloud.advance(STEP_MS);
  }
  await all;
  expectSameTree(bench.source, bench.destination);
  const rates = {
    launchMs: (LAUNCH_MS[0] + LAUNCH_MS[1]) / 2,
    createTaskMs: CREATE_TASK_MS,
    entriesPerSecond: shape.entriesPerSecond,
    verifiedBytesPerSecond: shape.verifiedBytesPerSecond,
  };
  const predicted = firstRoundOf(bench.spec, { chunks }, rates);
  return {
    actualMs: endedAt - beganAt,
    predictedMs: predicted!.totalMs,
    busy: busyShare(cloud.world, shape.agents),
  };
}

function fill(source: string, { chunks, filesEach, bytesEach }: Shape): PlannedChunk[] {
  return Array.from({ length: chunks }, (_, i) => {
    const root = `d${String(i).padStart(3, '0')}`;
    mkdirSync(join(source, root));
    for (let f = 0; f < filesEach; f++)
      writeFileSync(join(source, root, `f${f}`), Buffer.alloc(bytesEach / filesEach, i));
    const id = String(i + 1).padStart(4, '0');
    return { id, roots: [root], without: [], entries: filesEach + 1, bytes: bytesEach };
  });
}

/** Measured per lane from its first start to the last start of all lanes: chunks wait during that time. */
function busyShare(
  world: ReturnType<ReturnType<typeof sandboxEngine>['cloud']>['world'],
  agents: number,
): number {
  const all = [...world.executions.values()];
  const lastStart = Math.max(...all.map(({ requestedAt }) => requestedAt));
  let [busyMs, workMs] = [0, 0];
  for (const agent of world.agents.values()) {
    const here = all.filter(({ task }) => agentsOf(world, task).includes(agent));
    const first = Math.min(...here.map(({ requestedAt }) => requestedAt));
    workMs += lastStart - first;
    for (const { requestedAt, endedAt } of here)
      busyMs += Math.max(0, Math.min(lastStart, endedAt!) - requestedAt);
  }
  expect(world.agents.size).toBe(agents);
  return busyMs / workMs;
}

const FEW_BIG: Shape = {
  chunks: 8,
  filesEach: 8,
  bytesEach: 1_200_000,
  agents: 1,
  bytesPerSecond: 1_000,
  entriesPerSecond: 100,
  verifiedBytesPerSecond: 100_000,
};

test.each([
  ['few big files', FEW_BIG],
  ['many small files', { ...FEW_BIG, filesEach: 200, bytesEach: 40_000, entriesPerSecond: 0.2 }],
  ['two agents', { ...FEW_BIG, chunks: 16, agents: 2, bytesPerSecond: 2_000 }],
  ['two agents on a slow link', { ...FEW_BIG, chunks: 10, agents: 2, bytesPerSecond: 400 }],
  ['a destination that verifies slowly', { ...FEW_BIG, verifiedBytesPerSecond: 2_000 }],
])('%s: the plan is within 10 %, and lanes are busy 95 % of the time', async (_what, shape) => {
  const { actualMs, predictedMs, busy } = await play(shape);

  const off = Math.abs(predictedMs / actualMs - 1);
  console.info(
    `${_what}: predicted ${Math.round(predictedMs / 60_000)} min, took ${Math.round(actualMs / 60_000)} min; lanes busy ${(busy * 100).toFixed(1)} %`,
  );
  expect(off).toBeLessThanOrEqual(0.1);
  expect(busy).toBeGreaterThanOrEqual(0.95);
});
