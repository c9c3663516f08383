import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { acquireLease } from '../../src/ledger/lease.ts';
import { tryLock } from '../../src/ledger/flock.ts';
import { openStateDirectory } from '../../src/ledger/state-directory.ts';

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'state-'));
});
afterEach(() => rmSync(path, { recursive: true }));

describe('a state directory', () => {
  test('has one identity, also when several processes make it at once', async () => {
    const script = `import(${JSON.stringify(new URL('../../dist/ledger/state-directory.js', import.meta.url).href)})
      .then((m) => console.log(m.openStateDirectory(${JSON.stringify(path)}, { create: true }).id))`;

    const ids = await Promise.all(
      Array.from({ length: 6 }, async () =>
        (await promisify(execFile)(process.execPath, ['-e', script])).stdout.trim(),
      ),
    );

    expect(new Set(ids).size).toBe(1);
  });

  test('is refused when it is not one', () => {
    expect(() => openStateDirectory(path)).toThrow('not a longhaul state directory');
  });

  test('lists only migrations that were started', () => {
    const state = openStateDirectory(path, { create: true });
    state.migration('half').writeControls({});
    state.migration('whole').writeMigration({ v: 1 });

    expect(state.migrations()).toEqual(['whole']);
  });

  test('gives the newest plan unless asked for another', () => {
    const store = openStateDirectory(path, { create: true }).migration('m');
    expect(store.readPlan()).toBeUndefined();
    for (const version of [1, 2, 10]) store.writePlan(version, { version });

    expect([store.readPlan(), store.readPlan(2), store.planVersion()]).toEqual([
      { version: 10 },
      { version: 2 },
      10,
    ]);
  });

  test('knows which workers are alive', () => {
    const store = openStateDirectory(path, { create: true }).migration('m');
    store.touchWorker('w1');
    store.touchWorker('w2');
    store.removeWorker('w2');

    expect(store.liveWorkers(5_000, Date.now())).toEqual(['w1']);
    expect(store.liveWorkers(5_000, Date.now() + 60_000)).toEqual([]);
  });
});

describe('a lease', () => {
  test('is lost to whoever acquires it next', () => {
    const { directory } = openStateDirectory(path, { create: true })
      .migration('m')
      .chunk('0001', 1);
    const first = acquireLease(directory, 'worker 1');
    first.check();

    const second = acquireLease(directory, 'worker 2');

    second.check();
    expect(() => first.check()).toThrow(expect.objectContaining({ code: 'FENCED' }));
    expect(second.epoch).toBe(first.epoch + 1);
  });
});

test('a lock is let go of by its holder, and by nobody else', () => {
  const lock = join(path, 'x.lock');
  const release = tryLock(lock);

  expect(tryLock(lock)).toBeUndefined();
  release?.();
  const again = tryLock(lock);
  expect(again).toBeDefined();
  again?.();
});
