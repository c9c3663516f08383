import { expect, test } from '@jest/globals';
import type { LogLevel } from '@temporalio/worker';
import { createLog } from '../../src/log.ts';
import { sdkLogger } from '../../src/workers/runtime.ts';

/** pino's numbers: 10 trace, 20 debug, 30 info, 40 warn, 50 error. */
test.each<{ sdk: LogLevel; message: string; ours: number }>`
  sdk        | message                                                   | ours
  ${'ERROR'} | ${'Worker failed'}                                        | ${50}
  ${'WARN'}  | ${'Activity failed'}                                      | ${40}
  ${'WARN'}  | ${'No activities registered, not polling for activities'} | ${20}
  ${'WARN'}  | ${'gRPC call poll_activity_task_queue retried 10 times'}  | ${20}
  ${'INFO'}  | ${'Worker state changed'}                                 | ${20}
  ${'DEBUG'} | ${'details'}                                              | ${10}
`('a line of the SDK at $sdk, "$message", is one of ours at $ours', ({ sdk, message, ours }) => {
  let text = '';
  const destination = { write: (line: string) => (text += line) };
  const log = createLog({ level: 'trace', env: {}, destination });

  sdkLogger(log).log(sdk, message, { taskQueue: 'q', error: new Error('it broke') });

  expect(JSON.parse(text)).toMatchObject({
    ...{ level: ours, msg: message, taskQueue: 'q', err: { message: 'it broke' } },
  });
});
