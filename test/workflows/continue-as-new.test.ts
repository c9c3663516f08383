/** State across continue-as-new, on a server that suggests it after a few dozen events. */
import { afterAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { openState } from '../../src/workflows/migration/state/versions.ts';
import { STATE_VERSION } from '../../src/workflows/migration/state/state.ts';
import { openRound } from '../../src/workflows/round/state.ts';
import {
  comesToRest,
  openFlows,
  SETTINGS,
  type Flows,
  type Running,
} from '../support/servers/workflow-bench.ts';
import { until } from '../support/processes/processes.ts';
import { suggestingServer, type SuggestingServer } from '../support/servers/suggesting-server.ts';

// Not in beforeAll: tests that run side by side do not wait for it.
const server: SuggestingServer = await suggestingServer();
const flows: Flows = await openFlows(server);
afterAll(async () => {
  await flows.close();
  await server.close();
});

const HOUR_MS = 3_600_000;
const slow = { ...SETTINGS, intervalStartMs: HOUR_MS, intervalFloorMs: HOUR_MS };
type Events = NonNullable<
  Awaited<
    ReturnType<ReturnType<Flows['client']['workflow']['getHandle']>['fetchHistory']>
  >['events']
>;

/** Returns the histories of all runs of a workflow, oldest first. */
async function runsOf(id: string): Promise<Events[]> {
  const { workflow } = flows.client;
  const [begin] = (await workflow.getHandle(id).fetchHistory()).events ?? [];
  const runs: Events[] = [];
  for (let next = begin?.workflowExecutionStartedEventAttributes?.firstExecutionRunId; next;) {
    const events = (await workflow.getHandle(id, next).fetchHistory()).events ?? [];
    runs.push(events);
    next = events.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  return runs;
}

/** Returns chunks that were started and have neither ended nor been reported as blocked. */
function running(events: Events): string[] {
  const open = new Set<string>();
  for (const event of events) {
    const started = event.childWorkflowExecutionStartedEventAttributes;
    const ended = event.childWorkflowExecutionCompletedEventAttributes;
    const signal = event.workflowExecutionSignaledEventAttributes;
    if (started) open.add(started.workflowExecution!.workflowId!);
    if (ended) open.delete(ended.workflowExecution!.workflowId!);
    if (signal?.signalName === 'chunkBlocked') {
      const data = Buffer.from(signal.input!.payloads![0]!.data!).toString();
      const { chunk } = JSON.parse(data) as { chunk: string };
      for (const id of [...open].filter((one) => one.endsWith(`/chunk/${chunk}`))) open.delete(id);
    }
  }
  return [...open];
}

describe('a round that continues as new', () => {
  test.concurrent('waits for its chunks, leaves the blocked one open, and loses none', async () => {
    const chunks = Array.from({ length: 14 }, (_, n) => String(n).padStart(4, '0'));
    const run = await flows.start('long', {
      chunks,
      broken: new Map([['0001', 'PERMISSION_DENIED']]),
      settings: slow,
    });
    const after = await run.until('the seed is over', ({ rounds, round }) => {
      return rounds.length === 1 && !round;
    });

    const runs = await runsOf('migration/long/round/1');
    expect(runs.length).toBeGreaterThan(1);
    for (const events of runs) expect(running(events)).toEqual([]);
    expect(after.rounds[0]).toMatchObject({ chunks: 14, clean: 13, blockedCount: 1 });
    expect(after.totals['seen']).toBe(2 * 13);
    const copied = run.stage.steps.filter(({ step }) => step === 'copy').map(({ chunk }) => chunk);
    expect(copied.sort()).toEqual(chunks);

    // The blocked chunk outlives its round; a retry continues it at once, in that round.
    run.stage.steps.length = 0;
    run.stage.broken.clear();
    await run.say('retryBlocked', { chunk: '0001' });
    await run.until('it is mended', ({ blockedCount }) => blockedCount === 0);
    const open = async (): Promise<unknown[]> =>
      (await flows.client.workflow.getHandle(run.id).query<{ open: unknown[] }>('chunks')).open;
    // It no longer counts as blocked from the retry on; its steps follow.
    await until(
      'its steps are done',
      async () => run.stage.steps.length > 0 && (await open()).length === 0,
    );
    expect(new Set(run.stage.steps.map(({ chunk, round }) => `${chunk}/${round.number}`))).toEqual(
      new Set(['0001/1']),
    );
    expect((await run.progress()).round).toBeUndefined();

    // Then it joins the next round like any other.
    await run.say('runRoundNow');
    const next = await run.until('the next round', ({ rounds }) => rounds.length === 2);
    expect(next.rounds[1]).toMatchObject({ chunks: 14, clean: 14, blockedCount: 0 });
    expect(run.stage.steps.filter(({ chunk }) => chunk === '0001').at(-1)!.round.number).toBe(2);
    await run.say('abort');
  });

  test.concurrent('stays paused', async () => {
    const chunks = Array.from({ length: 24 }, (_, n) => String(n).padStart(4, '0'));
    const run = await flows.start('paused-over', { chunks, settings: slow });
    await run.until('some are done', ({ round }) => (round?.done ?? 0) > 2);
    for (let n = 0; n < 4; n++) {
      await run.say('pause');
      await comesToRest(run.stage);
      expect((await run.progress()).round?.done).toBeLessThan(chunks.length);
      const before = run.stage.steps.length;
      await run.say('resume');
      await until('it goes on', () => run.stage.steps.length > before + 8);
    }
    const { rounds } = await run.until('it ends', ({ rounds }) => rounds.length === 1);
    expect(rounds[0]).toMatchObject({ chunks: 24, clean: 24 });
    expect((await runsOf('migration/paused-over/round/1')).length).toBeGreaterThan(1);
    await run.say('abort');
  });
});

describe('a migration that continues as new while a round runs', () => {
  /** Makes the history long enough. */
  const talk = async ({ id }: Running): Promise<void> => {
    const handle = flows.client.workflow.getHandle(id);
    for (let n = 0; n < 20; n++) await handle.signal('setInterval', { interval: `${n + 1}h` });
  };
  const talkUntilItContinues = async (run: Running): Promise<void> => {
    const before = (await runsOf(run.id)).length;
    await talk(run);
    await until('it continues as new', async () => (await runsOf(run.id)).length > before);
  };
  const noted = (run: Running, kind: string): unknown[] =>
    run.stage.notes.filter((note) => note.kind === kind).map(({ data }) => data['round']);

  test.concurrent('receives its report once', async () => {
    const run = await flows.start('mid-round', { held: new Set(['0001']), settings: slow });
    await run.until('the others are done', ({ round }) => round?.done === 2);
    await talkUntilItContinues(run);
    await talkUntilItContinues(run);
    expect(await run.progress()).toMatchObject({ phase: 'seeding', round: { number: 1, done: 2 } });

    await run.say('pause');
    run.stage.held.clear();
    await comesToRest(run.stage);
    expect((await run.progress()).rounds).toEqual([]);
    await run.say('resume');
    const { rounds } = await run.until('the seed is over', (it) => it.phase === 'catching up');
    expect(rounds).toMatchObject([{ round: { number: 1, kind: 'seed' }, chunks: 3, clean: 3 }]);

    run.stage.held.add('0002');
    await run.say('runRoundNow');
    await run.until('another round runs', ({ round }) => round?.done === 2);
    await talkUntilItContinues(run);
    run.stage.held.clear();
    await run.until('it is ready', ({ phase }) => phase === 'ready to cut over');
    await run.until('it is written down', () => noted(run, 'round closed').length === 2);
    expect(noted(run, 'round started')).toEqual([1, 2]);
    await run.say('abort');
    expect(await run.result()).toMatchObject({ phase: 'aborted', rounds: 2 });
  });

  test.concurrent('ends the round when it is aborted', async () => {
    const run = await flows.start('mid-abort', { held: new Set(['0001']), settings: slow });
    await run.until('the others are done', ({ round }) => round?.done === 2);
    await talkUntilItContinues(run);
    await run.say('abort');
    expect(await run.result()).toMatchObject({ phase: 'aborted' });
    const round = flows.client.workflow.getHandle('migration/mid-abort/round/1');
    await expect(round.result()).rejects.toThrow();
  });

  const GONE = [
    ['terminate', 'while it is its child'],
    ['cancel', 'while it is its child'],
    ['terminate', 'later'],
    ['cancel', 'later'],
  ] as const;
  test.concurrent.each(GONE)(
    'pauses for a person after a %s of its round %s',
    async (verb, when) => {
      const name = `mid-${verb}-${when.length}`;
      const run = await flows.start(name, { held: new Set(['0001']), settings: slow });
      await run.until('the others are done', ({ round }) => round?.done === 2);
      if (when === 'later') await talkUntilItContinues(run);
      const { workflow } = flows.client;
      for (const id of [`${run.id}/round/1`, `${run.id}/chunk/0001`]) {
        const handle = workflow.getHandle(id);
        // A cancelled round takes its chunks with it.
        await (verb === 'cancel' ? handle.cancel() : handle.terminate()).catch(() => undefined);
      }
      // A round that was cancelled says so; one that is gone is missed when the next run looks for it.
      if (when === 'later' && verb === 'terminate') await talk(run);
      const told = await run.until('it says so', ({ conditions }) => conditions.length > 0);
      expect(told.conditions).toMatchObject([{ name: 'paused' }]);
      expect(told.conditions[0]!.because).toMatch(/^cannot run the seed round: /);

      run.stage.held.clear();
      await run.say('resume');
      const { rounds } = await run.until('the seed is over', (it) => it.phase === 'catching up');
      expect(rounds).toMatchObject([{ round: { number: 2, kind: 'seed' }, clean: 3 }]);
      await run.say('abort');
      await run.result();
    },
  );
});

describe('a state that an earlier version carried over', () => {
  const recorded = (): { v: number } => {
    const file = '../fixtures/histories/0.1.0/postponed.run-3.json.gz';
    const packed = readFileSync(new URL(file, import.meta.url));
    const { events } = JSON.parse(gunzipSync(packed).toString()) as {
      events: {
        workflowExecutionStartedEventAttributes: { input: { payloads: { data: string }[] } };
      }[];
    };
    const { payloads } = events[0]!.workflowExecutionStartedEventAttributes.input;
    const input = JSON.parse(Buffer.from(payloads[0]!.data, 'base64').toString()) as {
      state: { v: number };
    };
    return input.state;
  };

  test('is upgraded without loss', () => {
    const old = recorded();
    expect(old.v).toBe(1);
    expect(openState(old)).toEqual({ ...old, v: STATE_VERSION });
  });

  test.concurrent('is continued by a migration, with the postponement that it held', async () => {
    const settings = { ...slow, approval: 'automatic' };
    const postponed = { by: 'ann', because: 'audit', at: new Date().toISOString() };
    const state = { ...recorded(), settings, postponed, phase: 'ready to cut over' };
    const run = await flows.start('upgraded', {}, state);

    const { cutover, rounds } = await run.progress();
    expect(cutover.because).toMatch(/until somebody approves/);
    expect(rounds.length).toBeGreaterThan(1);

    await run.say('abort');
    expect(await run.result()).toMatchObject({ phase: 'aborted' });
  });

  test.concurrent('is left to a newer worker if its version is newer than this one', async () => {
    await flows.start('newer', {}, { ...recorded(), v: 99 });
    const handle = flows.client.workflow.getHandle('migration/newer');
    await until('its task is tried again', async () => {
      const { raw } = await handle.describe();
      return (raw.pendingWorkflowTask?.attempt ?? 1) > 1;
    });
    const { events } = await handle.fetchHistory();
    const failed = events?.find((event) => event.workflowTaskFailedEventAttributes);
    expect(failed?.workflowTaskFailedEventAttributes?.failure?.message).toMatch(
      /version 99, this worker reads up to 3/,
    );
    expect((await handle.describe()).status.name).toBe('RUNNING');
    await handle.terminate();
    expect(() => openRound({ v: 99 }, '')).toThrow(/version 99/);
  });
});
