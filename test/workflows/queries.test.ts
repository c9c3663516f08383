/** Queries on a real server. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  openFlows,
  SETTINGS,
  type Flows,
  type Running,
} from '../support/servers/workflow-bench.ts';

let flows: Flows;
let run: Running;
beforeAll(async () => {
  flows = await openFlows();
  run = await flows.start('asked', {
    chunks: ['0000', '0001'],
    broken: new Map([['0001', 'PERMISSION_DENIED']]),
    settings: { ...SETTINGS, intervalStartMs: 3_600_000, heartbeatTimeoutMs: 60_000 },
  });
  await run.until('the seed is over', ({ rounds, round }) => rounds.length === 1 && !round);
});
afterAll(() => flows.close());

const ask = (type: string, id = run.id): Promise<unknown> =>
  flows.client.workflow.getHandle(id).query(type);
const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as unknown as string;

describe('of a migration between two rounds, with a blocked chunk', () => {
  test('progress shows its phase, what holds it, and the next steps', async () => {
    expect(await ask('progress')).toMatchObject({
      migration: 'asked',
      phase: 'catching up',
      conditions: [{ name: 'blocked', because: /^1 chunk, first 0001: broken/, since: at }].map(
        (condition) => ({ ...condition, because: expect.stringMatching(condition.because) }),
      ),
      rounds: [{ round: { number: 1, kind: 'seed' }, chunks: 2, clean: 1, blockedCount: 1 }],
      totals: { seen: 2, verified: 2 },
      blocked: [{ chunk: '0001', step: 'copy', code: 'PERMISSION_DENIED', since: at }],
      blockedCount: 1,
      nextRoundAt: at,
      intervalMs: 3_600_000,
      outageMs: 0,
      cutover: { ready: false, because: expect.stringContaining('only the seed is over') },
      nextSteps: expect.arrayContaining([expect.stringContaining('longhaul retry asked 0001')]),
      rejectedMessages: [],
    });
  });

  test('chunks lists running and open chunks', async () => {
    expect(await ask('chunks')).toEqual({
      running: [],
      open: [
        {
          chunk: '0001',
          step: 'copy',
          code: 'PERMISSION_DENIED',
          because: 'broken: PERMISSION_DENIED',
          since: at,
          retried: false,
        },
      ],
    });
  });

  test('exceptions lists blocked chunks and their reasons', async () => {
    expect(await ask('exceptions')).toMatchObject([{ chunk: '0001', code: 'PERMISSION_DENIED' }]);
  });

  test('forecast shows the start of the next round and the gate that holds the cutover', async () => {
    expect(await ask('forecast')).toMatchObject({
      cutover: { ready: false, gate: 'caught up' },
      next: { action: 'wait', intervalMs: 3_600_000, because: expect.stringContaining('every 1h') },
    });
  });

  test('spec shows the settings with the changes of operators', async () => {
    expect(await ask('spec')).toMatchObject({
      ...SETTINGS,
      intervalStartMs: 3_600_000,
      heartbeatTimeoutMs: 60_000,
    });

    await run.say('setInterval', { interval: '2h' });

    expect(await ask('spec')).toMatchObject({ intervalStartMs: 7_200_000 });
  });
});

describe('of a running round', () => {
  beforeAll(async () => {
    run.stage.held.add('0000');
    await run.say('runRoundNow');
    await run.until('the chunk runs', ({ round }) => round?.running.includes('0000') === true);
  });
  afterAll(() => run.stage.held.clear());

  test('chunks and progress name the running chunk', async () => {
    expect(await ask('chunks')).toMatchObject({ running: ['0000'] });
    expect(await ask('progress')).toMatchObject({
      round: { number: 2, kind: 'catch-up', chunks: 2, done: 0, running: ['0000'], blocked: 1 },
    });
  });

  test('progress of a round and of a chunk shows their state', async () => {
    expect(await ask('progress', 'migration/asked/round/2')).toEqual({
      round: 2,
      chunks: 2,
      done: 0,
      running: ['0000'],
      paused: false,
      rejectedMessages: [],
    });
    expect(await ask('progress', 'migration/asked/chunk/0000')).toMatchObject({
      chunk: '0000',
      round: 2,
      state: 'copying',
      paused: false,
    });
    expect(await ask('progress', 'migration/asked/chunk/0001')).toMatchObject({
      chunk: '0001',
      round: 1,
      state: 'blocked',
      blocked: { code: 'PERMISSION_DENIED' },
    });
  });
});

test('every query has an answer before there is a plan', async () => {
  const fresh = await flows.start('unplanned', { planned: false });
  await fresh.until('it assesses', ({ phase }) => phase === 'assessing');

  expect(await ask('progress', fresh.id)).toMatchObject({ rounds: [], blockedCount: 0 });
  expect(await ask('chunks', fresh.id)).toEqual({ running: [], open: [] });
  expect(await ask('exceptions', fresh.id)).toEqual([]);
  expect(await ask('forecast', fresh.id)).toMatchObject({
    cutover: { ready: false, because: 'the tree is being assessed' },
  });
  expect(await ask('spec', fresh.id)).toEqual({});
  await fresh.say('abort');
});
