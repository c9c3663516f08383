/**
 * Signals that arrive before the first task of a run, because no worker runs or the run continues as new,
 * are handled in the order in which they were sent.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { SETTINGS, workflowBundle } from '../support/servers/workflow-bench.ts';
import { quiet } from '../support/servers/quiet-sdk.ts';
import { testServer } from '../support/servers/temporal.ts';

let client: Client;
let native: NativeConnection;
let namespace: string;
let connection: Connection;
beforeAll(async () => {
  quiet();
  const server = await testServer();
  namespace = server.namespace;
  native = await NativeConnection.connect(server.connectionOptions);
  connection = await Connection.connect(server.connectionOptions);
  client = new Client({ connection, namespace });
});
afterAll(async () => {
  await connection.close();
  await native.close();
});

type Said = readonly [signal: string, message?: object];

/** Returns the answer of `progress` after the first task; the signals were sent before it. */
async function progressAfter(
  type: string,
  input: object,
  said: readonly Said[],
): Promise<Readonly<Record<string, unknown>>> {
  const taskQueue = `begins-late/${type}/${said.map(([name]) => name).join()}`;
  const handle = await begin(type, taskQueue, input);
  for (const [name, message = {}] of said) await handle.signal(name, message);
  return look(handle, taskQueue).finally(() => handle.terminate());
}

const begin = (type: string, taskQueue: string, input: object): Promise<WorkflowHandle> =>
  client.workflow.start(type, {
    ...{ taskQueue, workflowId: taskQueue, args: [{ v: 1, migration: 'm', ...input }] },
  });

/** Runs a worker for as long as the answer takes. */
async function look(
  handle: WorkflowHandle,
  taskQueue: string,
): Promise<Readonly<Record<string, unknown>>> {
  const worker = await Worker.create({
    ...{ connection: native, namespace, taskQueue },
    workflowBundle: { code: workflowBundle() },
  });
  return worker.runUntil(() => handle.query<Record<string, unknown>>('progress'));
}

const round = { number: 1, kind: 'seed', deletes: false, verify: 'copied' };
const STEERED = { round, settings: SETTINGS, blocked: [], chunk: '0000' };
const PAUSED: readonly Said[] = [['pause'], ['resume'], ['pause']];
const RESUMED: readonly Said[] = [['resume'], ['pause'], ['resume']];

test.each(['round', 'chunk'])('a %s applies the last signal last', async (type) => {
  expect(await progressAfter(type, STEERED, PAUSED)).toMatchObject({ paused: true });
  const paused = { ...STEERED, paused: true };
  expect(await progressAfter(type, paused, RESUMED)).toMatchObject({ paused: false });
});

test('a paused chunk that receives resume and pause in one task stays paused', async () => {
  const taskQueue = 'paused-again';
  const handle = await begin('chunk', taskQueue, { ...STEERED, paused: true });
  expect(await look(handle, taskQueue)).toMatchObject({ state: 'paused' });
  for (const verb of ['resume', 'pause', 'resume', 'pause']) await handle.signal(verb, {});

  expect(await look(handle, taskQueue)).toMatchObject({ state: 'paused', paused: true });

  const { events } = await handle.fetchHistory();
  expect(events?.some((one) => one.activityTaskScheduledEventAttributes)).toBe(false);
  await handle.signal('resume', {});
  expect(await look(handle, taskQueue)).toMatchObject({ state: 'scanning', paused: false });
  await handle.terminate();
});

test('a migration handles signals of its chunks and workers as well as of its operators', async () => {
  const since = '2026-03-01T00:00:00.000Z';
  const blocked = { chunk: '0007', step: 'copy', code: 'DISK_FULL', because: 'no space', since };

  const answer = await progressAfter('migration', {}, [
    ['pause', { reason: 'first' }],
    ['linkReport', { state: 'open', because: 'ENOTCONN', since, outageMs: 0 }],
    ['resume'],
    ['chunkBlocked', blocked],
    ['pause', { reason: 'at last' }],
    ['puase'],
  ]);

  expect(answer).toMatchObject({
    conditions: [
      { name: 'paused', because: 'at last (an operator)' },
      { name: 'link down', because: 'ENOTCONN' },
      { name: 'blocked' },
    ],
    rejectedMessages: [{ name: 'puase' }],
  });
});
