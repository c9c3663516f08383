/** Lanes have one holder, are granted by priority, and respect what a dead worker left running. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setMaxListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LonghaulError } from '../../../../src/errors/failure.ts';
import {
  Lanes,
  type HasEnded,
  type LaneAgents,
  type LaneGrant,
} from '../../../../src/engines/datasync/executions/lanes.ts';
import { VirtualClock } from '../../../../src/sandbox/world/clock.ts';
import { seededRandom } from '../../../../src/sandbox/world/random.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lanes-'));
  away = [];
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const clock = new VirtualClock();
const time = {
  now: () => clock.now(),
  sleep: (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve)),
};
const { signal } = new AbortController();
// Sixty requests listen to it.
setMaxListeners(100, signal);
const over: HasEnded = () => Promise.resolve(true);
let away: readonly number[];
const agents: LaneAgents = {
  onlineLanes: () => Promise.resolve([0, 1, 2].filter((lane) => !away.includes(lane))),
  offlineError: (lanes) => new LonghaulError('AGENT_OFFLINE', `lanes ${lanes.join()} are offline`),
};
const lanesOf = (hasEnded = over): Lanes =>
  new Lanes({ directory, time, retryMs: 30_000, hasEnded, agents });

async function pass(seconds: number): Promise<void> {
  for (let s = 0; s < seconds; s++) {
    clock.advance(1_000);
    await turn();
  }
}

test('three lanes are busy at least 95 % of the time while requests wait', async () => {
  const lanes = lanesOf();
  const random = seededRandom(1);
  const live = [0, 0, 0];
  let [ended, busyMs, most] = [0, 0, 0];
  const beganAt = clock.now();
  let endedAt = beganAt;
  const run = async (chunk: string, workMs: number): Promise<void> => {
    const grant = await lanes.acquire({ chunk, lanes: [0, 1, 2], priority: -workMs }, signal);
    most = Math.max(most, ++live[grant.lane]!);
    await time.sleep(workMs);
    live[grant.lane]!--;
    busyMs += workMs;
    endedAt = clock.now();
    ended++;
    grant.release();
  };
  for (let i = 0; i < 60; i++) void run(String(i), Math.round(60_000 + random() * 600_000));

  while (ended < 60) await pass(10);

  const share = busyMs / (3 * (endedAt - beganAt));
  expect(most).toBe(1);
  expect(share).toBeGreaterThanOrEqual(0.95);
});

test('a lane goes to the most urgent request, and among equals to the first', async () => {
  const lanes = lanesOf();
  const order: string[] = [];
  const first = await lanes.acquire({ chunk: 'holder', lanes: [0], priority: 0 }, signal);
  const wait = async (chunk: string, priority: number): Promise<void> => {
    const grant = await lanes.acquire({ chunk, lanes: [0], priority }, signal);
    order.push(chunk);
    grant.release();
  };
  const all = [wait('small', -1), wait('big', -9), wait('repair', -99), wait('big too', -9)];
  first.release();

  await Promise.all(all);

  expect(order).toEqual(['repair', 'big', 'big too', 'small']);
});

test('an execution of a dead worker delays other chunks, and its own chunk adopts it', async () => {
  let isOver = false;
  const dead = await lanesOf().acquire({ chunk: '0001', lanes: [0], priority: 0 }, signal);
  dead.note({ chunk: '0001', attempt: 'm/0001/1', task: 'task', arn: 'execution' });
  dead.release();
  const next = lanesOf(() => Promise.resolve(isOver));
  let other: LaneGrant | undefined;
  void next
    .acquire({ chunk: '0002', lanes: [0], priority: 0 }, signal)
    .then((grant) => (other = grant));
  await pass(100);
  expect(other).toBeUndefined();

  const own = await next.acquire({ chunk: '0001', lanes: [0], priority: 0 }, signal);
  own.release();
  await pass(100);
  expect(other).toBeUndefined();

  isOver = true;
  await pass(100);
  expect(other?.lane).toBe(0);
});

test('an aborted request leaves the queue', async () => {
  const lanes = lanesOf();
  const holder = await lanes.acquire({ chunk: 'a', lanes: [0], priority: 0 }, signal);
  const abort = new AbortController();
  const waiting = lanes.acquire({ chunk: 'b', lanes: [0], priority: 0 }, abort.signal);
  abort.abort();

  await expect(waiting).rejects.toMatchObject({ code: 'INTERRUPTED' });
  holder.release();
  const next = await lanes.acquire({ chunk: 'c', lanes: [0], priority: 0 }, signal);
  expect(next.lane).toBe(0);
});

describe('an agent that is offline', () => {
  const ask = (lanes: readonly number[], adopts = false) =>
    lanesOf().acquire({ chunk: 'c', lanes, priority: 0, adopts }, signal);

  test('leaves requests to the lanes whose agents are online', async () => {
    away = [0, 1];

    expect((await ask([0, 1, 2])).lane).toBe(2);
  });

  test('fails a request that no other lane accepts with AGENT_OFFLINE', async () => {
    away = [1];

    await expect(ask([1])).rejects.toMatchObject({
      code: 'AGENT_OFFLINE',
      message: 'lanes 1 are offline',
    });
  });

  test('keeps its lane for the execution it has started', async () => {
    away = [1];

    expect((await ask([1], true)).lane).toBe(1);
  });

  test('ends the wait of requests bound to it, and its lane is granted again once it is online', async () => {
    const lanes = lanesOf();
    const [held, other] = [0, 1].map((lane) =>
      lanes.acquire({ chunk: 'h', lanes: [lane], priority: 0 }, signal),
    );
    const bound = lanes.acquire({ chunk: 'b', lanes: [1], priority: 0 }, signal);
    const any = lanes.acquire({ chunk: 'p', lanes: [0, 1], priority: 0 }, signal);
    await turn();
    away = [1];
    (await other!).release();

    await expect(bound).rejects.toMatchObject({ code: 'AGENT_OFFLINE' });
    away = [];
    await pass(100);

    expect((await any).lane).toBe(1);
    (await held!).release();
  });
});
