/** The real workflows on the real test server, with activities that a test steers. */
import { readFileSync } from 'node:fs';
import { Client, Connection } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { Context } from '@temporalio/activity';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { Round, StepName } from '../../../src/model/round.ts';
import type { ControlsChange } from '../../../src/policy/rounds/controls.ts';
import type { Activities, LedgerNote, StepInput } from '../../../src/protocol/activities.ts';
import type { MigrationInput, MigrationOutcome } from '../../../src/protocol/inputs.ts';
import {
  controlQueue,
  migrationId,
  stepQueue,
  WORKFLOW_QUEUE,
} from '../../../src/protocol/names.ts';
import type { MigrationProgress } from '../../../src/protocol/reports.ts';
import { type WorkflowSettings } from '../../../src/spec/settings.ts';
import { PATIENCE_MS, until } from '../processes/processes.ts';
import { quiet } from './quiet-sdk.ts';
import { testServer, type TestServer } from './temporal.ts';

export const SETTINGS: WorkflowSettings = {
  concurrentChunks: 2,
  heartbeatTimeoutMs: 5_000,
  intervalStartMs: 1_000,
  intervalFloorMs: 500,
  convergedEntries: 10,
  convergedBytes: 1_000,
  deletesWhen: 'final',
  verifyMode: 'copied',
  approval: 'required',
  hasFreezeHook: true,
  hasSwitchHook: true,
};

type Sum = Record<string, number>;

/** What the fake workers do, and what they were asked. */
export interface Stage {
  settings: WorkflowSettings;
  chunks: string[];
  /** False: the assessment goes on until it is cancelled or this is true. */
  planned: boolean;
  /** chunk → code its copy fails with. */
  readonly broken: Map<string, string>;
  /** activity → code that it fails with, for whatever chunk. */
  readonly fails: Map<string, string>;
  /** Chunks whose copy goes on until it is cancelled or the chunk is taken out of here. */
  readonly held: Set<string>;
  /** Sum of each chunk, over what is seen and verified; of a round. */
  sum: Sum | ((round: Round) => Sum);
  hookExit: number;
  /** Hooks that go on until they are taken out of here. */
  readonly heldHooks: Set<string>;
  readonly steps: (StepInput & { readonly step: StepName })[];
  readonly hooks: string[];
  readonly notes: LedgerNote[];
  readonly changes: ControlsChange[];
}

/** The shared test server, or one that a test has for itself. */
export type FlowServer = Pick<TestServer, 'connectionOptions' | 'namespace' | 'env'>;

export interface Flows {
  readonly client: Client;
  readonly env: TestServer['env'];
  readonly namespace: string;
  /** `state`: as if a run of an earlier version had carried it over. */
  start(name: string, stage?: Partial<Stage>, state?: unknown): Promise<Running>;
  close(): Promise<void>;
}

export interface Running {
  readonly id: string;
  readonly stage: Stage;
  readonly progress: () => Promise<MigrationProgress>;
  readonly until: (
    what: string,
    holds: (progress: MigrationProgress) => boolean,
    withinMs?: number,
  ) => Promise<MigrationProgress>;
  readonly say: (verb: string, message?: object) => Promise<string>;
  readonly result: () => Promise<MigrationOutcome>;
}

export async function openFlows(given?: FlowServer): Promise<Flows> {
  quiet();
  const server = given ?? (await testServer());
  const { namespace } = server;
  const native = await NativeConnection.connect(server.connectionOptions);
  const connection = await Connection.connect(server.connectionOptions);
  const client = new Client({ connection, namespace });
  const running: { worker: Worker; run: Promise<void> }[] = [];
  const work = async (
    options: Omit<Parameters<typeof Worker.create>[0], 'connection' | 'namespace'>,
  ): Promise<void> => {
    const worker = await Worker.create({ connection: native, namespace, ...options });
    running.push({ worker, run: worker.run() });
  };
  await work({ taskQueue: WORKFLOW_QUEUE, workflowBundle: { code: workflowBundle() } });
  return {
    client,
    namespace,
    env: server.env,
    async start(name, given = {}, state) {
      const stage = newStage(given);
      const activities = fakeActivities(stage);
      await work({ taskQueue: stepQueue(name), activities });
      await work({ taskQueue: controlQueue(name), activities });
      await client.workflow.start<(input: MigrationInput) => Promise<MigrationOutcome>>(
        'migration',
        {
          taskQueue: WORKFLOW_QUEUE,
          workflowId: migrationId(name),
          args: [{ v: 1, migration: name, ...(state === undefined ? {} : { state }) }],
        },
      );
      return follow(client, name, stage);
    },
    async close() {
      for (const { worker } of running) if (worker.getState() === 'RUNNING') worker.shutdown();
      await Promise.allSettled(running.map(({ run }) => run));
      await connection.close();
      await native.close();
    },
  };
}

/** Of this checkout, unless histories of another version are recorded. */
export function workflowBundle(): string {
  const built = new URL('../../../dist/workflow-bundle.js', import.meta.url);
  return readFileSync(process.env['LONGHAUL_WORKFLOW_BUNDLE'] ?? built, 'utf8');
}

function newStage(given: Partial<Stage>): Stage {
  return {
    settings: SETTINGS,
    chunks: ['0000', '0001', '0002'],
    planned: true,
    broken: new Map(),
    fails: new Map(),
    held: new Set(),
    sum: { seen: 2, verified: 2, bytes: 10, changedEntries: 1, changedBytes: 1 },
    hookExit: 0,
    heldHooks: new Set(),
    steps: [],
    hooks: [],
    notes: [],
    changes: [],
    ...given,
  };
}

/** What was under way ends, and then nothing begins for a second. */
export async function comesToRest({ steps }: Stage): Promise<void> {
  await until('nothing begins any more', async () => {
    const before = steps.length;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    return steps.length === before;
  });
}

/** As a step that runs: it lives, and a cancellation ends it. */
async function whilst(holds: () => boolean): Promise<void> {
  while (holds()) {
    Context.current().heartbeat();
    await Context.current().sleep(100);
  }
}

function breakIf(code: string | undefined): void {
  if (code === undefined) return;
  throw ApplicationFailure.create({ type: code, message: `broken: ${code}`, nonRetryable: true });
}

function fakeActivities(stage: Stage): Activities {
  const step = (name: 'scan' | 'copy' | 'verify' | 'delete-pass') => async (input: StepInput) => {
    stage.steps.push({ ...input, step: name });
    await whilst(() => name === 'copy' && stage.held.has(input.chunk));
    breakIf(stage.fails.get(name));
    breakIf(name === 'copy' ? stage.broken.get(input.chunk) : undefined);
    return { step: name, counters: {}, blocked: 0, open: [], elapsedMs: 1 };
  };
  return {
    scan: step('scan'),
    copy: step('copy'),
    verify: step('verify'),
    deletePass: step('delete-pass'),
    closeChunk: ({ round }) => {
      breakIf(stage.fails.get('closeChunk'));
      const { sum } = stage;
      return Promise.resolve((typeof sum === 'function' ? sum(round) : sum) as never);
    },
    assessAndPlan: async () => {
      await whilst(() => !stage.planned);
      breakIf(stage.fails.get('assessAndPlan'));
      return { settings: stage.settings, chunks: stage.chunks.length, revision: 1 };
    },
    listChunks: ({ after = '', limit }) =>
      Promise.resolve({
        ids: stage.chunks.filter((id) => id > after).slice(0, limit),
        total: stage.chunks.length,
      }),
    changeControls: ({ change }) => Promise.resolve(void stage.changes.push(change)),
    runHook: async ({ hook }) => {
      stage.hooks.push(hook);
      await whilst(() => stage.heldHooks.has(hook));
      return { exitCode: stage.hookExit, output: 'said the hook', elapsedMs: 1 };
    },
    record: ({ note }) => Promise.resolve(void stage.notes.push(note)),
  };
}

function follow(client: Client, name: string, stage: Stage): Running {
  const id = migrationId(name);
  const handle =
    client.workflow.getHandle<(input: MigrationInput) => Promise<MigrationOutcome>>(id);
  const progress = (): Promise<MigrationProgress> =>
    client.workflow.getHandle(id).query<MigrationProgress>('progress');
  return {
    id,
    stage,
    progress,
    async until(what, holds, withinMs = PATIENCE_MS) {
      const deadline = Date.now() + withinMs;
      let last: MigrationProgress | undefined;
      while (Date.now() < deadline) {
        last = await progress();
        if (holds(last)) return last;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error(`Waited for ${what}; last: ${JSON.stringify(last)}`);
    },
    say: (verb, message = {}) =>
      client.workflow.getHandle(id).executeUpdate<string, [object]>(verb, { args: [message] }),
    result: () => handle.result(),
  };
}
