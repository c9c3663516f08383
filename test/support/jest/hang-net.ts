/**
 * The net under the nets: a test that never gives way to a timer is not stopped by Jest's own limit. A
 * thread beside each test file ends the process when the file takes too long; Jest counts that file as
 * failed and goes on with the others.
 */
import { Worker } from 'node:worker_threads';
import { afterAll, expect } from '@jest/globals';

/** Three times what the longest file takes on a loaded machine. */
const LIMIT_MS = Number(process.env['LONGHAUL_TEST_FILE_LIMIT_MS'] ?? 15 * 60_000);

// Written straight to the descriptor: the main thread, through which a thread's console goes, is busy.
const WATCH = `
  const { writeSync } = require('node:fs');
  const { workerData: { file, limitMs } } = require('node:worker_threads');
  setTimeout(() => {
    writeSync(2, '\\n' + file + ' has not ended after ' + limitMs / 1000 + ' s: its process is killed\\n');
    process.kill(process.pid, 'SIGKILL');
  }, limitMs);
`;

const file = expect.getState().testPath;
const watch = new Worker(WATCH, { eval: true, workerData: { file, limitMs: LIMIT_MS } });
watch.unref();
afterAll(() => watch.terminate());
