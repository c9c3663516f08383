/** A migration of seventy days on a server that skips time. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import type { Round } from '../../src/model/round.ts';
import { SEARCH_ATTRIBUTES } from '../../src/protocol/names.ts';
import {
  openFlows,
  SETTINGS,
  type Flows,
  type Running,
  type Stage,
} from '../support/servers/workflow-bench.ts';
import { quiet } from '../support/servers/quiet-sdk.ts';
import { timeSkippingEnvironment, timeSkippingMissing } from '../support/servers/time-skipping.ts';

const DAY_MS = 86_400_000;
const it = timeSkippingMissing === undefined ? test : test.skip;

let environment: TestWorkflowEnvironment;
let flows: Flows;
beforeAll(async () => {
  if (timeSkippingMissing !== undefined) return;
  quiet();
  environment = await timeSkippingEnvironment();
  const { address, namespace = 'default' } = environment;
  await environment.connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(
      Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => [name, type === 'INT' ? 3 : 2]),
    ),
  });
  const env = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
  flows = await openFlows({ connectionOptions: { address }, namespace, env });
});
afterAll(async () => {
  await flows?.close();
  await environment?.teardown();
});

const startsOf = ({ notes }: Stage): number[] =>
  notes.filter(({ kind }) => kind === 'round started').map(({ at }) => Date.parse(at));
const noted = ({ notes }: Stage, key: RegExp): number =>
  Date.parse(notes.find((note) => key.test(note.key))!.at);

/** Entries that change per day, round by round: the source gets busier. */
const ENTRIES_PER_DAY = [0, 0, 4, 5, 8, 12, 20, 30];

function busierSource(stage: () => Stage): (round: Round) => Record<string, number> {
  return ({ number }) => {
    const [before = 0, start = 0] = startsOf(stage()).slice(-2);
    const days = (start - before) / DAY_MS;
    const changed = number < 2 ? 1_000 : days * (ENTRIES_PER_DAY[number] ?? 20);
    return { seen: 1_000, verified: 1_000, changedEntries: Math.round(changed), changedBytes: 1 };
  };
}

/** One chunk, so that its sums are those of the round. */
async function start(name: string, settings: Partial<Stage['settings']>): Promise<Running> {
  const run: Running = await flows.start(name, {
    chunks: ['0000'],
    settings: { ...SETTINGS, heartbeatTimeoutMs: 60_000, ...settings },
    sum: busierSource(() => run.stage),
  });
  return run;
}

const intervalsOf = (starts: readonly number[]): number[] =>
  starts.slice(1).map((at, n) => (at - starts[n]!) / DAY_MS);

describe('in seventy days', () => {
  it('the interval shrinks to its floor, an outage is shown, a postponed window is kept', async () => {
    const startMs = await environment.currentTimeMs();
    const day = (n: number): number => startMs + n * DAY_MS;
    const run = await start('seventy', {
      firstRoundMs: day(2),
      intervalStartMs: 12 * DAY_MS,
      intervalFloorMs: DAY_MS,
      convergedEntries: 30,
      approval: 'automatic',
      window: { startMs: day(69), endMs: day(71) },
    });

    await environment.sleep(45 * DAY_MS);
    await outage(run, { sinceMs: day(45), days: 3 });
    await run.say('postponeCutover', { until: new Date(day(70)).toISOString(), reason: 'audit' });
    const postponed = await run.progress();
    const outcome = await environment.client.workflow.getHandle(run.id).result();

    expect(outcome).toMatchObject({ phase: 'done' });
    expect(postponed.conditions).toMatchObject([{ name: 'postponed' }]);
    const starts = startsOf(run.stage);
    expect(starts[0]).toBeGreaterThanOrEqual(day(2));
    const catchUps = intervalsOf(starts).slice(0, -1);
    expect(catchUps[0]).toBeCloseTo(12, 2);
    expect(new Set(catchUps.slice(0, 6).map((days) => days.toFixed(1))).size).toBeGreaterThan(4);
    for (const [n, days] of catchUps.slice(1).entries())
      expect(days).toBeLessThan(catchUps[n]! + 0.01);
    expect(catchUps.at(-1)).toBeCloseTo(1, 2);
    const cutoverMs = noted(run.stage, /^phase\/.*cutting over/);
    expect(cutoverMs).toBeGreaterThanOrEqual(day(70));
    expect(cutoverMs).toBeLessThan(day(71));
    expect(run.stage.hooks).toEqual(['freeze', 'switch']);
  });

  it('the cutover does not begin after its window unless an operator starts it', async () => {
    const startMs = await environment.currentTimeMs();
    const run = await start('missed', {
      intervalStartMs: 10 * DAY_MS,
      intervalFloorMs: 10 * DAY_MS,
      convergedEntries: 1_000,
      window: { startMs: startMs + DAY_MS, endMs: startMs + 2 * DAY_MS },
    });
    await environment.sleep(11 * DAY_MS);
    await run.say('approveCutover', { by: 'ann' });
    await environment.sleep(30 * DAY_MS);

    const { phase, cutover } = await run.progress();
    expect({ phase, ...cutover }).toMatchObject({ phase: 'ready to cut over', ready: false });
    expect(cutover.because).toMatch(/the window closed/);
    expect(run.stage.hooks).toEqual([]);

    await run.until('no round runs', ({ round }) => round === undefined);
    await run.say('startCutover', { by: 'ann', reason: 'by phone' });
    await environment.client.workflow.getHandle(run.id).result();
    expect(run.stage.hooks).toEqual(['freeze', 'switch']);
  });
});

/** Reports an outage like the breaker of a worker. */
async function outage(run: Running, lasts: { sinceMs: number; days: number }): Promise<void> {
  const handle = flows.client.workflow.getHandle(run.id);
  const since = new Date(lasts.sinceMs).toISOString();
  const down = { state: 'open', because: 'the mount does not answer', since, outageMs: 0 };
  await handle.signal('linkReport', down);
  await environment.sleep(lasts.days * DAY_MS);
  const during = await run.progress();
  expect(during.conditions).toEqual([
    { name: 'link down', because: 'the mount does not answer', since },
  ]);
  expect(during.cutover).toMatchObject({ ready: false });
  expect(during.cutover.because).toMatch(/^the link is down/);
  const outageMs = lasts.days * DAY_MS;
  await handle.signal('linkReport', { ...down, state: 'closed', outageMs });
  await run.until('the outage is over and shown', (progress) => {
    return progress.conditions.length === 0 && progress.outageMs === outageMs;
  });
}
