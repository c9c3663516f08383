import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { acquireLease } from '../../src/state/lease.ts';
import { removeStaleTemporaries, writeFileAtomic } from '../../src/state/atomic-file.ts';
import { removeRoundsBefore, roundsKept } from '../../src/state/chunk-store.ts';
import { tryLock, withLock } from '../../src/state/flock.ts';
import { openStateDirectory } from '../../src/state/state-directory.ts';
import { runBuilt } from '../support/processes/run-built.ts';

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'state-'));
});
afterEach(() => rmSync(path, { recursive: true }));

describe('a state directory', () => {
  test('has one identity, also when several processes make it at once', async () => {
    const script = `import(${JSON.stringify(new URL('../../dist/state/state-directory.js', import.meta.url).href)})
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

test('a lock is let go when its holder is killed', async () => {
  const lock = join(path, 'lock');
  const hold = `import { tryLock } from '#dist/state/flock.js';
    tryLock(process.argv[1]); process.kill(process.pid, 'SIGKILL');`;
  await runBuilt(hold, [lock]).catch(() => undefined);

  expect(withLock(lock, () => 'got it')).toBe('got it');
});

test.each(['../other', '', 'A', 'a/b', '.'])('"%s" is no name of a migration', (name) => {
  const state = openStateDirectory(path, { create: true });

  expect(() => state.migration(name)).toThrow(
    expect.objectContaining({ code: 'NO_SUCH_MIGRATION' }),
  );
});

test('no change of controls and link is lost when several processes make changes at once', async () => {
  const change = `import { openStateDirectory } from '#dist/state/state-directory.js';
    const store = openStateDirectory(process.argv[1]).migration('m');
    for (let i = 0; i < 10; i++) {
      store.updateControls((before = []) => [...before, i]);
      store.updateLink((before = 0) => before + 1);
    }`;
  const store = openStateDirectory(path, { create: true }).migration('m');

  await Promise.all([1, 2, 3].map(() => runBuilt(change, [path])));

  expect(store.readControls()).toHaveLength(30);
  expect(store.readLink()).toBe(30);
});

test('every acquirer of a lease gets an epoch of its own', async () => {
  const acquire = `import { acquireLease } from '#dist/state/lease.js';
    for (let i = 0; i < 5; i++) console.log(acquireLease(process.argv[1], 'w').epoch);`;

  const outputs = await Promise.all([1, 2, 3].map(() => runBuilt(acquire, [path])));

  const epochs = outputs.flatMap((text) => text.trim().split('\n').map(Number));
  expect(epochs.sort((a, b) => a - b)).toEqual(Array.from({ length: 15 }, (_, i) => i + 1));
});

test('a lease whose file is damaged is not begun anew: its epoch would fence nobody', () => {
  const lease = acquireLease(path, 'worker 1');

  rmSync(join(path, 'lease.json'));
  expect(() => lease.check()).toThrow(expect.objectContaining({ code: 'FENCED' }));
  writeFileSync(join(path, 'lease.json'), '{}');
  expect(() => acquireLease(path, 'worker 2')).toThrow(
    expect.objectContaining({ code: 'STATE_DAMAGED' }),
  );
});

test('the folded rounds of a chunk are dropped, the others kept', () => {
  const migration = openStateDirectory(path, { create: true }).migration('m');
  for (const round of [1, 2, 10]) migration.chunk('0000', round);
  const store = migration.chunk('0000', 11);

  removeRoundsBefore(store, 10);

  expect(roundsKept(store)).toEqual([10, 11]);
});

test('a file is replaced whole, and what a crash left beside it is taken away once it is old', () => {
  const leftover = `file.${'0'.repeat(36)}.tmp`;
  writeFileSync(join(path, leftover), 'half');
  writeFileAtomic(join(path, 'file'), 'old');
  writeFileAtomic(join(path, 'file'), 'new');

  removeStaleTemporaries(path);
  expect(readdirSync(path).sort()).toEqual(['file', leftover]);
  removeStaleTemporaries(path, 0);

  expect(readdirSync(path)).toEqual(['file']);
  expect(readFileSync(join(path, 'file'), 'utf8')).toBe('new');
});
