/**
 * Temporal's Java test server, in which a sleep of days passes at once. Where Java or Maven is
 * missing, `timeSkippingMissing` says so: `(timeSkippingMissing ? test.skip : test)(…)`.
 */
import { spawnSync } from 'node:child_process';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { timeSkippingServer } from '../../../scripts/time-skipping-server.mjs';

/** Why tests that skip time cannot run on this machine; undefined when they can. */
export const timeSkippingMissing: string | undefined = await timeSkippingServer().then(
  () => (spawnSync('java', ['-version']).status === 0 ? undefined : 'there is no java on PATH'),
  (error: Error) => error.message,
);
if (timeSkippingMissing !== undefined) {
  process.stderr.write(`Tests that skip time are skipped: ${timeSkippingMissing}\n`);
}

/** A server of its own; end it with teardown(). */
export async function timeSkippingEnvironment(): Promise<TestWorkflowEnvironment> {
  const path = await timeSkippingServer();
  return TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
}
