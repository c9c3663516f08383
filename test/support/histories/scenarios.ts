/** One short migration for each phase and each turn it can take, to be recorded. */
import { expect } from '@jest/globals';
import { chunkId, roundId } from '../../../src/protocol/names.ts';
import type { MigrationProgress } from '../../../src/protocol/reports.ts';
import { SETTINGS, type Flows, type Running, type Stage } from '../servers/workflow-bench.ts';

/** The stage is set, and the name under which the histories are kept. */
export interface Recording {
  readonly flows: Flows;
  readonly start: (stage?: Partial<Stage>) => Promise<Running>;
  /** Keeps the history of a workflow, all its runs, as it is now. */
  readonly keep: (workflowId: string, as?: string) => Promise<void>;
}

type Scenario = (recording: Recording) => Promise<void>;

const HOUR_MS = 3_600_000;
const slow = { ...SETTINGS, intervalStartMs: HOUR_MS, intervalFloorMs: HOUR_MS };
const held = (...ids: string[]): Partial<Stage> => ({
  held: new Set(ids),
  settings: { ...slow, heartbeatTimeoutMs: 60_000 },
});
const between = ({ round, rounds }: MigrationProgress): boolean => !round && rounds.length > 0;
const running =
  (chunk: string) =>
  ({ round }: MigrationProgress): boolean =>
    round?.running.includes(chunk) === true;
const name = (run: Running): string => run.id.replace('migration/', '');
const chunk = (run: Running, id = '0001'): string => chunkId(name(run), id);
const round = (run: Running, number = 1): string => roundId(name(run), number);
const isReady = ({ phase }: MigrationProgress): boolean => phase === 'ready to cut over';

async function ready(recording: Recording, stage: Partial<Stage> = {}): Promise<Running> {
  const run = await recording.start(stage);
  await run.until('it is ready', isReady);
  return run;
}

async function chunkState({ flows }: Recording, id: string, state: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const handle = flows.client.workflow.getHandle(id);
    const { state: now } = await handle.query<{ state: string }>('progress');
    if (now === state) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${id} does not become ${state}`);
}

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  assessing: async ({ start, keep }) => {
    const run = await start({ planned: false });
    await run.until('it assesses', ({ phase }) => phase === 'assessing');
    await run.say('setBandwidth', { bandwidth: '20 Mbit/s' });
    await keep(run.id);
  },
  'assessment-failed': async ({ start, keep }) => {
    const run = await start({ fails: new Map([['assessAndPlan', 'SOURCE_MISSING']]) });
    await run.until('it waits for a person', ({ conditions }) => conditions.length > 0);
    run.stage.fails.clear();
    await run.say('resume');
    await run.until('it goes on', ({ rounds }) => rounds.length > 0);
    await keep(run.id);
  },
  'waiting-for-the-first-round': async ({ start, keep }) => {
    const run = await start({ settings: { ...SETTINGS, firstRoundMs: Date.now() + 3_000 } });
    await run.until('it goes on', ({ rounds }) => rounds.length > 0);
    await keep(run.id);
  },
  seeding: async ({ start, keep }) => {
    const run = await start(held('0000'));
    await run.until('a chunk moves', running('0000'));
    await keep(run.id);
    await keep(round(run), 'round');
    await keep(chunk(run, '0000'), 'chunk');
  },
  'paused-and-resumed': async (recording) => {
    const { start, keep } = recording;
    const run = await start(held('0000'));
    await run.until('a chunk moves', running('0000'));
    await run.say('pause', { reason: 'backup' });
    await chunkState(recording, chunk(run, '0000'), 'paused');
    run.stage.held.clear();
    await run.say('resume');
    await run.until('the round ends', between);
    await keep(run.id);
    await keep(round(run), 'round');
    await keep(chunk(run, '0000'), 'chunk');
  },
  'catching-up-with-a-blocked-chunk': async ({ start, keep }) => {
    const run = await start({ broken: new Map([['0001', 'PERMISSION_DENIED']]) });
    await run.until('rounds go on', ({ rounds }) => rounds.length >= 3);
    await keep(round(run), 'round-that-blocked');
    await keep(round(run, 2), 'round-without-it');
    run.stage.broken.clear();
    await run.say('retryBlocked', { chunk: '0001' });
    await run.until('it is mended', ({ blockedCount }) => blockedCount === 0);
    await keep(chunk(run), 'chunk');
    await run.until('it joins a round', ({ rounds }) => rounds.at(-1)?.clean === 3);
    await keep(run.id);
  },
  'skipped-chunk': async ({ start, keep }) => {
    const run = await start({ broken: new Map([['0001', 'DISK_FULL']]), settings: slow });
    await run.until('it is blocked', ({ blockedCount }) => blockedCount === 1);
    await run.until('the round ends', between);
    await run.say('skipChunk', { chunk: '0001' });
    await run.until('it is gone', ({ blockedCount }) => blockedCount === 0);
    await keep(run.id);
    await keep(chunk(run), 'chunk');
  },
  'close-blocked': async (recording) => {
    const { start, keep } = recording;
    const run = await start({ fails: new Map([['closeChunk', 'DISK_FULL']]), chunks: ['0001'] });
    await run.until('it is blocked', ({ blockedCount }) => blockedCount === 1);
    run.stage.fails.clear();
    await run.say('retryBlocked');
    await run.until('it is mended', ({ blockedCount }) => blockedCount === 0);
    await keep(chunk(run), 'chunk');
  },
  ready: async (recording) => {
    const startMs = Date.now() + HOUR_MS;
    const window = { startMs, endMs: startMs + HOUR_MS };
    const run = await ready(recording, { settings: { ...SETTINGS, window } });
    await run.say('approveCutover', { by: 'ann' });
    await run.until('it waits', ({ approvedBy }) => approvedBy === 'ann');
    await recording.keep(run.id);
  },
  'cutover-to-done': async (recording) => {
    const run = await ready(recording);
    await run.say('approveCutover', { by: 'ann' });
    await run.result();
    await recording.keep(run.id);
    const { rounds } = await run.progress();
    await recording.keep(round(run, rounds.at(-1)!.round.number), 'final-round');
    await recording.keep(chunk(run), 'chunk');
  },
  'cutover-without-hooks-or-approval': async ({ start, keep }) => {
    const settings = {
      ...SETTINGS,
      approval: 'automatic' as const,
      hasFreezeHook: false,
      hasSwitchHook: false,
    };
    const run = await start({ settings });
    await run.result();
    await keep(run.id);
  },
  'cutover-held-by-a-blocked-chunk': async (recording) => {
    const run = await ready(recording);
    run.stage.broken.set('0001', 'PERMISSION_DENIED');
    await run.say('approveCutover');
    await run.until('it is held', ({ phase, blockedCount }) => {
      return phase === 'cutting over' && blockedCount === 1;
    });
    run.stage.broken.clear();
    await run.say('retryBlocked');
    await run.result();
    await recording.keep(run.id);
  },
  'cutover-given-up': async (recording) => {
    const run = await ready(recording, { hookExit: 7, settings: slowAfterTwo() });
    await run.say('approveCutover');
    await run.until('it was given up', ({ phase, approvedBy }) => {
      return run.stage.hooks.length > 0 && phase !== 'cutting over' && approvedBy === undefined;
    });
    await recording.keep(run.id);
  },
  'started-outside-the-window': async (recording) => {
    const window = { startMs: 1, endMs: 2 };
    const run = await ready(recording, { settings: { ...SETTINGS, window } });
    await run.say('startCutover', { by: 'ann' });
    await run.result();
    await recording.keep(run.id);
  },
  postponed: async (recording) => {
    const run = await ready(recording, {
      settings: { ...slowAfterTwo(), heartbeatTimeoutMs: 60_000 },
    });
    run.stage.held.add('0000');
    await run.say('approveCutover');
    await run.until('the final round runs', (progress) => {
      return progress.phase === 'cutting over' && running('0000')(progress);
    });
    await run.say('postponeCutover', { until: '2030-01-01T00:00:00Z', reason: 'not tonight' });
    run.stage.held.clear();
    await run.until('it was given up', ({ phase }) => phase !== 'cutting over');
    await recording.keep(run.id);
  },
  'aborted-while-seeding': async ({ start, keep }) => {
    const run = await start({ ...held('0000'), broken: new Map([['0001', 'DISK_FULL']]) });
    await run.until('it is blocked', ({ blockedCount }) => blockedCount === 1);
    await run.say('abort', { by: 'ann', reason: 'wrong tree' });
    await run.result();
    await keep(run.id);
    await keep(round(run), 'round');
    await keep(chunk(run), 'blocked-chunk');
    await keep(chunk(run, '0000'), 'running-chunk');
  },
  'every-other-message': async ({ flows, start, keep }) => {
    const run = await start({ settings: slow });
    await run.until('the seed is over', between);
    const handle = flows.client.workflow.getHandle(run.id);
    await handle.signal('puase', 'x');
    await handle.signal('setBandwidth', { bandwidth: 'fast' });
    await expect(run.say('setInterval', { interval: 'soon' })).rejects.toThrow();
    const link = { because: 'EIO', since: new Date().toISOString(), outageMs: 5 };
    await handle.signal('linkReport', { state: 'open', ...link });
    await handle.signal('linkReport', { state: 'closed', ...link });
    await run.say('setBandwidth', { bandwidth: 'none' });
    await run.say('setInterval', { interval: '30m' });
    await run.say('addExclusions', { patterns: ['*.tmp'] });
    await run.say('removeExclusions', { patterns: ['*.tmp'] });
    await run.say('acceptException', { path: 'a', reason: 'b' });
    await handle.signal('pause');
    await handle.signal('resume', { by: 'ann' });
    await run.say('runRoundNow');
    await run.until('a second round', ({ rounds }) => rounds.length === 2);
    await run.until('it waits again', between);
    await run.say('rehearse');
    await run.until('a rehearsal', ({ rounds }) => rounds.length === 3);
    await keep(run.id);
  },
  'round-continued-as-new': async ({ start, keep }) => {
    // The server of the recording suggests it after a few dozen events.
    const chunks = Array.from({ length: 12 }, (_, n) => String(n).padStart(4, '0'));
    const broken = new Map([['0001', 'DISK_FULL']]);
    const run = await start({ chunks, broken, settings: slow });
    await run.until('the seed is over', between);
    await keep(round(run), 'round');
  },
};

/** Rounds that follow each other until it is ready, and then rest. */
function slowAfterTwo(): Stage['settings'] {
  return { ...SETTINGS, intervalStartMs: 2_000, intervalFloorMs: 2_000 };
}
