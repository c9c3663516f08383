import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { Client, Connection } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { RoundInput } from '../../src/protocol/inputs.ts';
import {
  WORKFLOW_QUEUE,
  chunkId,
  controlQueue,
  roundId,
  stepQueue,
} from '../../src/protocol/names.ts';
import type { RoundReport } from '../../src/protocol/reports.ts';
import { testServer } from '../support/servers/temporal.ts';

const settings = { concurrentChunks: 2, heartbeatTimeoutMs: 5000 } as RoundInput['settings'];
const input = (blocked: string[] = []): RoundInput => ({
  v: 1,
  migration: 'm',
  round: { number: 1, kind: 'seed', deletes: false, verify: 'copied' },
  settings,
  blocked,
});
const broken = new Set<string>();
const sum = { seen: 2, verified: 2 };
const result = (step: string) => ({ step, counters: {}, blocked: 0, open: [], elapsedMs: 1 });

let client: Client;
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  const server = await testServer();
  const { namespace } = server;
  const native = await NativeConnection.connect(server.connectionOptions);
  const connection = await Connection.connect(server.connectionOptions);
  client = new Client({ connection, namespace });
  const bundle = new URL('../../dist/workflow-bundle.js', import.meta.url);
  const common = { connection: native, namespace };
  const workers = await Promise.all([
    Worker.create({
      ...common,
      taskQueue: WORKFLOW_QUEUE,
      workflowBundle: { code: readFileSync(bundle, 'utf8') },
    }),
    Worker.create({
      ...common,
      taskQueue: stepQueue('m'),
      activities: {
        scan: () => result('scan'),
        copy: ({ chunk }: { chunk: string }) => {
          if (!broken.has(chunk)) return result('copy');
          throw ApplicationFailure.create({ type: 'DISK_FULL', message: 'no space left' });
        },
        verify: () => result('verify'),
        deletePass: () => result('delete-pass'),
        closeChunk: () => sum,
      },
    }),
    Worker.create({
      ...common,
      taskQueue: controlQueue('m'),
      activities: {
        listChunks: ({ after = '' }: { after?: string }) => ({
          ids: ['0000', '0001', '0002', '0003'].filter((id) => id > after),
          total: 4,
        }),
      },
    }),
  ]);
  const running = workers.map((worker) => worker.run());
  ends.push(async () => {
    for (const worker of workers) worker.shutdown();
    await Promise.all(running);
    await connection.close();
    await native.close();
  });
});
afterAll(async () => {
  for (const end of ends) await end();
});

const runRound = (blocked?: string[]): Promise<RoundReport> =>
  client.workflow.execute<(i: RoundInput) => Promise<RoundReport>>('round', {
    taskQueue: WORKFLOW_QUEUE,
    workflowId: roundId('m', 1),
    args: [input(blocked)],
  });

describe('a round over four chunks', () => {
  test('lists a blocked chunk when it closes, and leaves that chunk open until a retry', async () => {
    broken.add('0001');
    const report = await runRound();
    expect(report).toMatchObject({ chunks: 4, clean: 3, blockedCount: 1, totals: { seen: 6 } });
    expect(report.blocked).toMatchObject([{ chunk: '0001', step: 'copy', code: 'DISK_FULL' }]);

    const open = client.workflow.getHandle(chunkId('m', '0001'));
    await open.signal('retyr', 'garbage');
    await open.signal('retry', [1, 2]);
    expect((await open.describe()).status.name).toBe('RUNNING');

    broken.clear();
    expect(await open.executeUpdate('retry', { args: [{ by: 'a person' }] })).toBe('trying again');
    expect(await open.result()).toMatchObject({ chunk: '0001', state: 'done', sum });
  });

  test('rejects an invalid update and continues', async () => {
    broken.add('0002');
    await runRound();
    const open = client.workflow.getHandle(chunkId('m', '0002'));
    await expect(open.executeUpdate('skip', { args: [7] })).rejects.toThrow();
    expect(await open.executeUpdate('skip', { args: [{}] })).toBe('skipped in this round');
    expect(await open.result()).toMatchObject({ state: 'skipped' });
    broken.clear();
  });
});
