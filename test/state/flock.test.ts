import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { tryLock, withLock } from '../../src/state/flock.ts';
import { runBuilt } from '../support/processes/run-built.ts';

let lock: string;
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'flock-'));
  lock = join(directory, 'lock');
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('a lock between processes', () => {
  test('is held until its holder releases it', () => {
    const release = tryLock(lock);

    expect(tryLock(lock)).toBeUndefined();
    release?.();
    const again = tryLock(lock);
    expect(again).toBeDefined();
    again?.();
  });

  test('is released when its holder is killed', async () => {
    const hold = `import { tryLock } from '#dist/state/flock.js';
      tryLock(process.argv[1]); process.kill(process.pid, 'SIGKILL');`;
    await runBuilt(hold, [lock]).catch(() => undefined);

    expect(withLock(lock, () => 'got it')).toBe('got it');
  });
});
