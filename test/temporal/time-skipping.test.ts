import { expect, test } from '@jest/globals';
import { Worker } from '@temporalio/worker';
import { fileURLToPath } from 'node:url';
import { timeSkippingEnvironment, timeSkippingMissing } from '../support/servers/time-skipping.ts';
import type { sleeper } from './fixtures/sleeper.ts';

const SEVENTY_DAYS_MS = 70 * 24 * 3_600_000;

(timeSkippingMissing === undefined ? test : test.skip)(
  'a sleep of 70 days passes in seconds',
  async () => {
    const environment = await timeSkippingEnvironment();
    const worker = await Worker.create({
      connection: environment.nativeConnection,
      taskQueue: 'sleepers',
      workflowsPath: fileURLToPath(new URL('fixtures/sleeper.ts', import.meta.url)),
    });

    const slept = await worker.runUntil(
      environment.client.workflow.execute<typeof sleeper>('sleeper', {
        workflowId: 'seventy-days',
        taskQueue: 'sleepers',
        args: [SEVENTY_DAYS_MS],
      }),
    );
    await environment.teardown();

    expect(slept).toBeGreaterThanOrEqual(SEVENTY_DAYS_MS);
  },
);
