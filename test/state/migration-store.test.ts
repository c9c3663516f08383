import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { planChunks } from '../../src/policy/chunks/plan-chunks.ts';
import { CLOSED } from '../../src/policy/link/breaker.ts';
import { writeJsonAtomic } from '../../src/state/atomic-file.ts';
import { readRecord } from '../../src/state/migration-record.ts';
import type { MigrationStore } from '../../src/state/migration-store.ts';
import { openStateDirectory } from '../../src/state/state-directory.ts';
import { runBuilt } from '../support/processes/run-built.ts';

let path: string;
let store: MigrationStore;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'state-'));
  store = openStateDirectory(path, { create: true }).migration('m');
});
afterEach(() => rmSync(path, { recursive: true }));

const tree = [{ path: '', entries: 2, bytes: 0 }];
const plan = planChunks(tree, { maxEntries: 10, maxBytes: 10 }, { now: 0 });

describe('the state of a migration', () => {
  test('gives the newest plan unless another version is asked for', () => {
    expect(store.readPlan()).toBeUndefined();
    for (const revision of [1, 2, 10]) store.writePlan({ ...plan, revision });

    expect([store.readPlan(), store.readPlan(2), store.planVersion()]).toEqual([
      { ...plan, revision: 10 },
      { ...plan, revision: 2 },
      10,
    ]);
  });

  test('lists the workers that marked themselves as alive', () => {
    store.touchWorker('w1');
    store.touchWorker('w2');
    store.removeWorker('w2');

    expect(store.liveWorkers(5_000, Date.now())).toEqual(['w1']);
    expect(store.liveWorkers(5_000, Date.now() + 60_000)).toEqual([]);
  });

  test('loses no change of controls or link when several processes change them at the same time', async () => {
    const change = `import { openStateDirectory } from '#dist/state/state-directory.js';
      const store = openStateDirectory(process.argv[1]).migration('m');
      const closed = { name: 'closed', failures: 0, outageMs: 0 };
      for (let i = 0; i < 10; i++) {
        const pattern = process.pid + '-' + i;
        store.updateControls((controls) =>
          ({ ...controls, addedExclusions: [...controls.addedExclusions, pattern] }));
        store.updateLink((link = closed) => ({ ...link, outageMs: link.outageMs + 1 }));
      }`;

    await Promise.all([1, 2, 3].map(() => runBuilt(change, [path])));

    expect(store.readControls().addedExclusions).toHaveLength(30);
    expect(store.readLink()).toEqual({ ...CLOSED, outageMs: 30 });
  });
});

describe('a file of the state with other content than longhaul writes', () => {
  const damaged = (name: string, content: unknown): void =>
    writeJsonAtomic(join(store.directory, name), content);
  const throwsDamaged = (read: () => unknown): void =>
    expect(read).toThrow(expect.objectContaining({ code: 'STATE_DAMAGED' }));

  test('is not taken for a migration', () => {
    damaged('migration.json', { v: 2, stateId: 'any' });

    throwsDamaged(() => readRecord(store));
  });

  test('is not taken for controls', () => {
    damaged('controls.json', { addedExclusions: '*.tmp' });

    throwsDamaged(() => store.readControls());
  });

  test('is not taken for the state of the link, nor of one of its lanes', () => {
    damaged('link.json', { name: 'ajar', outageMs: 0 });
    throwsDamaged(() => store.readLink());

    damaged('link.json', { ...CLOSED, lanes: { east: { name: 'open' } } });
    throwsDamaged(() => store.readLink());
  });
});
