/** Migrations from start to end, on a real server. */
import { afterAll, describe, expect, test } from '@jest/globals';
import type { Client } from '@temporalio/client';
import { listMigrations } from '../../../src/client/listing.ts';
import type { MigrationRow } from '../../../src/client/snapshot.ts';
import { migrationId } from '../../../src/protocol/names.ts';
import type { MigrationProgress } from '../../../src/protocol/reports.ts';
import { openFlows, SETTINGS, type Flows } from '../../support/servers/workflow-bench.ts';
import { until } from '../../support/processes/processes.ts';

// Not in beforeAll: tests that run side by side do not wait for it.
const flows: Flows = await openFlows();
afterAll(() => flows.close());

const kinds = (
  notes: readonly { kind: string; data: Readonly<Record<string, unknown>> }[],
): unknown[] => notes.filter(({ kind }) => kind === 'phase').map(({ data }) => data['phase']);

const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const eventually = (holds: () => boolean | Promise<boolean>): Promise<boolean> =>
  until('it holds', holds);

/** Rounds begin on request only. */
const rare = { ...SETTINGS, intervalStartMs: 3_600_000, intervalFloorMs: 3_600_000 };
const rests = (rounds: number) => (it: MigrationProgress) =>
  it.rounds.length === rounds && it.round === undefined;

describe('a migration', () => {
  test.concurrent('goes from the assessment through rounds to an approved cutover', async () => {
    const run = await flows.start('story');

    await run.until('it is ready', ({ phase }) => phase === 'ready to cut over');
    expect(await run.say('approveCutover', { by: 'ann', reason: 'rehearsed' })).toBe('approved');

    expect(await run.result()).toMatchObject({ migration: 'story', phase: 'done' });
    expect(run.stage.hooks).toEqual(['freeze', 'switch']);
    expect(kinds(run.stage.notes)).toEqual([
      'seeding',
      'catching up',
      'ready to cut over',
      'cutting over',
      'done',
    ]);
    expect(run.stage.notes).toContainEqual(
      expect.objectContaining({
        kind: 'decision',
        data: expect.objectContaining({
          message: 'approveCutover',
          by: 'ann',
          because: 'rehearsed',
        }),
      }),
    );
    const last = run.stage.steps.at(-1)!;
    expect(last.round).toMatchObject({ kind: 'final', deletes: true });
    expect(
      run.stage.steps
        .filter(({ round }) => round.kind !== 'final')
        .every(({ round }) => !round.deletes),
    ).toBe(true);
  });

  test.concurrent(
    'is listed with its first start, or as started before the first run that the server knows',
    async () => {
      const run = await flows.start('listed', { settings: rare });
      const { workflow } = flows.client;
      const { firstExecutionRunId: runId } = (await workflow.getHandle(run.id).fetchHistory())
        .events![0]!.workflowExecutionStartedEventAttributes!;
      const first = workflow.getHandle(run.id, runId!);
      const startedAt = (await first.describe()).startTime.toISOString();
      await run.until('it has continued as new', rests(1));
      const listed = async (recorded?: string): Promise<MigrationRow | undefined> => {
        const rows = await listMigrations(flows.client, () => recorded);
        return rows.find(({ migration }) => migration === 'listed');
      };

      await eventually(async () => (await listed())?.phase === 'catching up');
      expect(await listed()).toMatchObject({ startedAt, status: 'RUNNING' });
      expect((await listed())?.startedBefore).toBeUndefined();
      expect(await listed('2026-01-01T00:00:00.000Z')).toMatchObject({
        startedAt: '2026-01-01T00:00:00.000Z',
      });
      expect(await listed('2100-01-01T00:00:00.000Z')).toMatchObject({ startedAt });

      // Deleting it would take the server half a minute.
      const forgetful = {
        workflow: {
          getHandle: workflow.getHandle.bind(workflow),
          async *list(query: object) {
            for await (const info of workflow.list(query)) if (info.runId !== runId) yield info;
          },
        },
      } as unknown as Client;
      let row: MigrationRow | undefined;
      // The server lists a new run a moment after it began.
      await eventually(async () => {
        const rows = await listMigrations(forgetful, () => undefined);
        row = rows.find(({ migration }) => migration === 'listed');
        return row !== undefined;
      });
      expect(row).toMatchObject({ migration: 'listed', startedBefore: true });
      await run.say('abort');
      await run.result();
    },
  );

  test.concurrent('cuts over automatically if no approval is required', async () => {
    const run = await flows.start('automatic', {
      settings: { ...SETTINGS, approval: 'automatic', hasFreezeHook: false, hasSwitchHook: false },
    });

    expect(await run.result()).toMatchObject({ phase: 'done' });
    expect(run.stage.hooks).toEqual([]);
  });

  test.concurrent('continues with a blocked chunk, but does not cut over', async () => {
    const run = await flows.start('blocked', { broken: new Map([['0001', 'PERMISSION_DENIED']]) });

    const later = await run.until('rounds go on', ({ rounds }) => rounds.length >= 3);
    expect(later).toMatchObject({
      blockedCount: 1,
      blocked: [{ chunk: '0001', code: 'PERMISSION_DENIED' }],
    });
    expect(later.phase).toBe('catching up');
    expect(later.nextSteps.join('\n')).toContain('longhaul retry blocked 0001');
    await run.say('approveCutover');
    const held = await run.until('a next round', ({ rounds }) => rounds.length >= 4);
    expect(held.cutover.because).toContain('blocked');

    run.stage.broken.clear();
    expect(await run.say('retryBlocked', { chunk: '0001' })).toBe('retry: 0001');

    expect(await run.result()).toMatchObject({ phase: 'done' });
  });

  test.concurrent(
    'does not treat a round in which no chunk ended as one without changes',
    async () => {
      const chunks = ['0000', '0001'];
      const run = await flows.start('no-chunk', {
        chunks,
        broken: new Map(chunks.map((chunk) => [chunk, 'PERMISSION_DENIED'])),
        settings: rare,
      });
      await run.until('the seed is over', rests(1));
      await run.say('runRoundNow');
      await run.until('a round over no chunk is over', rests(2));

      run.stage.broken.clear();
      await run.say('retryBlocked');
      const { workflow } = flows.client;
      const left = (): Promise<{ open: unknown[] }> => workflow.getHandle(run.id).query('chunks');
      await eventually(async () => (await left()).open.length === 0);
      const { phase, cutover } = await run.progress();
      expect(phase).toBe('catching up');
      expect(cutover.because).toMatch(/^every chunk was blocked or still open in the last round/);

      await run.say('runRoundNow');
      await run.until('it is ready', ({ phase }) => phase === 'ready to cut over');
      await run.say('abort');
      await run.result();
    },
  );

  test.concurrent(
    'does not switch after a final round in which a chunk workflow was terminated',
    async () => {
      const run = await flows.start('forced', { settings: rare });
      await run.until('the seed is over', rests(1));
      await run.say('runRoundNow');
      await run.until('it is ready', ({ phase }) => phase === 'ready to cut over');
      run.stage.held.add('0001');
      await run.say('approveCutover');
      const chunk = flows.client.workflow.getHandle('migration/forced/chunk/0001');
      await eventually(() =>
        run.stage.steps.some(
          ({ round, chunk, step }) => round.kind === 'final' && chunk === '0001' && step === 'copy',
        ),
      );

      await chunk.terminate('by mistake');
      run.stage.held.clear();

      expect(await run.result()).toMatchObject({ phase: 'done' });
      const finals = run.stage.steps.filter(
        ({ round, chunk, step }) =>
          round.kind === 'final' && chunk === '0001' && step === 'delete-pass',
      );
      expect(finals).toHaveLength(1);
      expect(run.stage.hooks).toEqual(['freeze', 'switch']);
    },
  );

  test.concurrent('does not count an outage as work of its round', async () => {
    const run = await flows.start('outage', { settings: rare, held: new Set(['0001']) });
    await run.until('the others are done', ({ round }) => round?.done === 2);
    const handle = flows.client.workflow.getHandle(run.id);
    const since = new Date().toISOString();
    const link = { because: 'the link answers again', since, outageMs: 60_000 };
    await handle.signal('linkReport', { ...link, state: 'closed' });
    run.stage.held.clear();
    const { rounds } = await run.until('the seed is over', rests(1));
    expect(rounds[0]).toMatchObject({ outageMs: 60_000 });
    const { next } = await handle.query<{ next: { estimatedMs: number } }>('forecast');
    expect(next.estimatedMs).toBe(0);

    await run.say('runRoundNow');
    const later = await run.until('another round is over', rests(2));
    expect(later).toMatchObject({ outageMs: 60_000, rounds: [{}, { outageMs: 0 }] });
    await run.say('abort');
    await run.result();
  });

  test.concurrent('gives up the cutover if the freeze fails, and shows why', async () => {
    const run = await flows.start('freeze', { hookExit: 7 });
    await run.until('it is ready', ({ phase }) => phase === 'ready to cut over');
    await run.say('approveCutover');

    const after = await run.until(
      'it was given up',
      ({ phase }) => phase !== 'cutting over' && run.stage.hooks.length > 0,
    );

    expect(after.approvedBy).toBeUndefined();
    expect(after.conditions).toMatchObject([{ name: 'given up' }]);
    expect(after.conditions[0]!.because).toContain('the freeze hook ended with 7');
    expect(run.stage.hooks).toEqual(['freeze']);
    await eventually(() =>
      run.stage.notes.some(({ data }) =>
        String(data['because']).includes('the freeze hook ended with 7'),
      ),
    );
    await run.say('abort', { by: 'ann', reason: 'test over' });
    expect(await run.result()).toMatchObject({
      phase: 'aborted',
      because: 'aborted by ann: test over',
    });
  });

  test.concurrent(
    'does not retry a given-up cutover at once if no approval is required',
    async () => {
      const settings = { ...SETTINGS, approval: 'automatic' as const };
      const run = await flows.start('once', { settings, hookExit: 7 });
      await run.until('it was given up', ({ conditions }) => conditions.length > 0);
      await pass(2_500);

      const { conditions, cutover } = await run.progress();
      expect(run.stage.hooks).toEqual(['freeze']);
      expect(conditions).toMatchObject([{ name: 'postponed' }]);
      expect(conditions[0]!.because).toContain('the freeze hook ended with 7');
      expect(cutover).toMatchObject({ ready: false });
      expect(cutover.because).toContain('until somebody approves');

      run.stage.hookExit = 0;
      await run.say('approveCutover');
      expect(await run.result()).toMatchObject({ phase: 'done' });
    },
  );

  test.concurrent('can be postponed until an approval even if none is required', async () => {
    const settings = { ...SETTINGS, approval: 'automatic' as const };
    const run = await flows.start('held', { settings });
    await run.say('postponeCutover', { reason: 'audit' });
    await run.until('it is ready', ({ phase }) => phase === 'ready to cut over');
    await pass(1_500);
    expect(run.stage.hooks).toEqual([]);

    await run.say('approveCutover');
    expect(await run.result()).toMatchObject({ phase: 'done' });
  });

  test.concurrent('pauses and resumes', async () => {
    const run = await flows.start('paused');
    await run.until('it catches up', ({ rounds }) => rounds.length >= 1);

    await run.say('pause', { by: 'ann', reason: 'backup window' });
    const paused = await run.until('it is paused', ({ conditions }) => conditions.length > 0);
    const rounds = paused.rounds.length;
    await pass(4_000);

    expect(paused.conditions).toContainEqual(
      expect.objectContaining({ name: 'paused', because: 'backup window (ann)' }),
    );
    // The running chunk may have ended; three others would fit in the time.
    expect((await run.progress()).rounds.length).toBeLessThanOrEqual(rounds + 1);
    await run.say('resume');
    await run.until('rounds go on', (progress) => progress.rounds.length > rounds + 1);
    await run.say('abort');
    await run.result();
  });

  test.concurrent('notes invalid messages and continues', async () => {
    const run = await flows.start('garbage');
    const handle = flows.client.workflow.getHandle(migrationId('garbage'));

    await handle.signal('puase', 'x');
    await handle.signal('setBandwidth', { bandwidth: 'fast' });
    await handle.signal('pause', 42);
    await handle.signal('chunkBlocked', 'nonsense');

    const after = await run.until(
      'they are noted',
      ({ rejectedMessages }) => rejectedMessages.length === 4,
    );
    expect(after.rejectedMessages.map(({ name }) => name).sort()).toEqual([
      'chunkBlocked',
      'pause',
      'puase',
      'setBandwidth',
    ]);
    await expect(run.say('setInterval', { interval: 'soon' })).rejects.toThrow();
    expect(await run.say('setBandwidth', { bandwidth: '20 Mbit/s' })).toBe('bandwidth 20 Mbit/s');
    await eventually(() => run.stage.changes.length === 1);
    expect(run.stage.changes).toEqual([{ type: 'bandwidth', bandwidth: '20 Mbit/s' }]);
    await run.say('abort');
    await run.result();
  });

  test.concurrent(
    'leaves nothing running when it is aborted while a chunk is blocked',
    async () => {
      const run = await flows.start('abort', { broken: new Map([['0000', 'DISK_FULL']]) });
      await run.until('a chunk is blocked', ({ blockedCount }) => blockedCount === 1);

      await run.say('abort', { by: 'ann', reason: 'wrong tree' });

      expect(await run.result()).toMatchObject({ phase: 'aborted' });
      const open = flows.client.workflow.getHandle('migration/abort/chunk/0000');
      await expect(open.result()).rejects.toThrow();
    },
  );
});
