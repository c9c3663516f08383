/** Messages that operators may send at any point, also in the middle of a stage. */
import { afterAll, describe, expect, test } from '@jest/globals';
import type { MigrationProgress } from '../../src/protocol/reports.ts';
import {
  comesToRest,
  openFlows,
  SETTINGS,
  type Flows,
  type Running,
  type Stage,
} from '../support/servers/workflow-bench.ts';

// Not in beforeAll: tests that run side by side do not wait for it.
const flows: Flows = await openFlows();
afterAll(() => flows.close());

const HOUR_MS = 3_600_000;
const patient = { ...SETTINGS, heartbeatTimeoutMs: 60_000 };
const slow = { ...patient, intervalStartMs: HOUR_MS, intervalFloorMs: HOUR_MS };
const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const running = ({ round }: MigrationProgress): boolean => (round?.running.length ?? 0) > 0;
const ready = ({ phase }: MigrationProgress): boolean => phase === 'ready to cut over';

interface Point {
  readonly stage: () => Partial<Stage>;
  readonly reach: (run: Running) => Promise<unknown>;
}

async function approved(run: Running): Promise<void> {
  await run.until('it is ready', ready);
  await run.say('approveCutover');
}

const POINTS: Readonly<Record<string, Point>> = {
  'while it assesses': { stage: () => ({ planned: false }), reach: (run) => run.progress() },
  'before the first round': {
    stage: () => ({ settings: { ...slow, firstRoundMs: Date.now() + HOUR_MS } }),
    reach: (run) => run.until('it is planned', ({ phase }) => phase === 'seeding'),
  },
  'while it seeds': {
    stage: () => ({ settings: slow, held: new Set(['0000', '0001']) }),
    reach: (run) => run.until('chunks run', running),
  },
  'while the round is paused': {
    stage: () => ({ settings: slow, held: new Set(['0000', '0001']) }),
    reach: async (run) => {
      await run.until('chunks run', running);
      await run.say('pause');
    },
  },
  'with a blocked chunk, between rounds': {
    stage: () => ({ settings: slow, broken: new Map([['0001', 'DISK_FULL']]) }),
    reach: (run) =>
      run.until('it rests', ({ round, rounds }) => rounds.length === 1 && round === undefined),
  },
  'when it is ready': { stage: () => ({}), reach: (run) => run.until('it is ready', ready) },
  'while the freeze hook runs': {
    stage: () => ({ settings: patient, heldHooks: new Set(['freeze']) }),
    reach: async (run) => {
      await approved(run);
      await run.until('it freezes', () => run.stage.hooks.length === 1);
    },
  },
  'while the final round runs': {
    stage: () => ({ settings: patient, heldHooks: new Set(['freeze']) }),
    reach: async (run) => {
      await approved(run);
      // From the freeze on no other round begins that could be held in its place.
      await run.until('it freezes', () => run.stage.hooks.length === 1);
      run.stage.held.add('0000');
      run.stage.heldHooks.clear();
      await run.until(
        'the final round runs',
        (now) => now.phase === 'cutting over' && running(now),
      );
    },
  },
  'while a blocked chunk holds the final round': {
    stage: () => ({}),
    reach: async (run) => {
      await run.until('it is ready', ready);
      run.stage.broken.set('0001', 'DISK_FULL');
      await run.say('approveCutover');
      await run.until('it is held', ({ phase, blockedCount, round }) => {
        return phase === 'cutting over' && blockedCount === 1 && round === undefined;
      });
    },
  },
};

describe.each(Object.entries(POINTS))('%s', (name, { stage, reach }) => {
  const id = (verb: string): string => `${verb}-${name.replaceAll(/[ ,]+/g, '-')}`;

  test.concurrent('abort ends it, and nothing goes on', async () => {
    const run = await flows.start(id('abort'), stage());
    await reach(run);

    await run.say('abort', { by: 'ann', reason: 'wrong tree' });

    expect(await run.result()).toMatchObject({
      phase: 'aborted',
      because: 'aborted by ann: wrong tree',
    });
    expect(run.stage.hooks).not.toContain('switch');
    await comesToRest(run.stage);
    const steps = run.stage.steps.length;
    await pass(500);
    expect(run.stage.steps).toHaveLength(steps);
    await run.until('the ledger has it', () => run.stage.notes.some(({ kind }) => kind === 'done'));
  });

  test.concurrent('postpone is taken, and there is no switch', async () => {
    const run = await flows.start(id('postpone'), stage());
    await reach(run);

    expect(await run.say('postponeCutover', { reason: 'not tonight' })).toBe('postponed');
    run.stage.held.clear();
    run.stage.heldHooks.clear();

    const now = await run.until('it does not cut over', ({ phase }) => phase !== 'cutting over');
    expect(now.conditions).toContainEqual(
      expect.objectContaining({ name: 'postponed', because: 'not tonight (an operator)' }),
    );
    expect(now.approvedBy).toBeUndefined();
    expect(run.stage.hooks).not.toContain('switch');
    await run.say('abort');
    await run.result();
  });
});

test.concurrent(
  'once the switch has begun, abort and postpone are refused and the migration switches over',
  async () => {
    const run = await flows.start('no-way-back', {
      settings: patient,
      heldHooks: new Set(['switch']),
    });
    await approved(run);
    await run.until('it switches', () => run.stage.hooks.includes('switch'));

    await expect(run.say('abort')).rejects.toMatchObject({
      cause: { message: expect.stringContaining('the switch has begun') },
    });
    await expect(run.say('postponeCutover')).rejects.toThrow();
    run.stage.heldHooks.clear();

    expect(await run.result()).toMatchObject({ phase: 'done' });
  },
);

test.concurrent(
  'the cutover waits for a blocked chunk until its open entries are accepted',
  async () => {
    const run = await flows.start('accepted');
    await run.until('it is ready', ready);
    run.stage.broken.set('0001', 'PERMISSION_DENIED');
    await run.say('approveCutover');
    await run.until('it is held', ({ phase, blockedCount }) => {
      return phase === 'cutting over' && blockedCount === 1;
    });
    await pass(1_500);
    expect(run.stage.hooks).toEqual(['freeze']);

    // Like the engine: an accepted entry no longer blocks.
    run.stage.broken.clear();
    await run.say('acceptException', { path: 'a/b', reason: 'nobody needs it' });

    expect(await run.result()).toMatchObject({ phase: 'done' });
  },
);

/** Returns the chunks that run and are not paused. */
async function moving(run: Running): Promise<string> {
  const { workflow } = flows.client;
  const round = workflow.getHandle(`${run.id}/round/1`);
  const { running: started } = await round.query<{ running: string[] }>('progress');
  const states = started.map(async (chunk) => {
    const child = workflow.getHandle(`${run.id}/chunk/${chunk}`);
    // The round counts a chunk from the moment it starts it.
    const { state } = await child
      .query<{ state: string }>('progress')
      .catch(() => ({ state: 'about to begin' }));
    return state === 'paused' ? [] : [`${chunk} ${state}`];
  });
  return (await Promise.all(states)).flat().join(', ');
}

describe('a pause while a round starts its chunks', () => {
  test.concurrent.each([0, 1, 3, 6])(
    'reaches every chunk (%i)',
    async (n) => {
      const chunks = Array.from({ length: 12 }, (_, k) => String(k).padStart(4, '0'));
      const run = await flows.start(`race-${n}`, {
        chunks,
        held: new Set(chunks),
        settings: { ...slow, concurrentChunks: 12, heartbeatTimeoutMs: 5_000 },
      });
      await run.until('the round begins', ({ round }) => round !== undefined);
      const handle = flows.client.workflow.getHandle(run.id);
      for (let k = 0; k < n; k++) {
        await handle.signal('pause');
        await handle.signal('resume');
      }
      await handle.signal('pause');
      await run.until('it is paused', ({ conditions }) => conditions.length > 0);
      // Earlier signals may still be on their way.
      let still = 0;
      for (let tries = 0; tries < 200 && still < 15; tries++) {
        still = (await moving(run)) === '' ? still + 1 : 0;
        await pass(200);
      }
      expect({ still, moving: await moving(run) }).toEqual({ still: 15, moving: '' });

      run.stage.held.clear();
      await run.say('resume');
      await run.until('the round ends', ({ rounds }) => rounds[0]?.clean === 12);
      await run.say('abort');
    },
    180_000,
  );
});
