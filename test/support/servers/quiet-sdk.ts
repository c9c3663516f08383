/** Blocked chunks and refused messages are what the tests are about: the SDK tells errors only. */
import { DefaultLogger, Runtime } from '@temporalio/worker';

let isQuiet = false;

/** Before the first worker or server of a test file. */
export function quiet(): void {
  if (!isQuiet) {
    const logging = { filter: 'ERROR' };
    Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging } });
  }
  isQuiet = true;
}
