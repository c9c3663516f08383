import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spendAllowance } from '../../src/activities/controls.ts';
import { NO_CONTROLS, withChange } from '../../src/policy/rounds/controls.ts';
import { writeJsonAtomic } from '../../src/state/atomic-file.ts';
import { openStateDirectory } from '../../src/state/state-directory.ts';
import type { MigrationStore } from '../../src/state/migration-store.ts';

let root: string;
let store: MigrationStore;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'longhaul-controls-'));
  store = openStateDirectory(root, { create: true }).migration('m');
});
afterEach(() => rmSync(root, { recursive: true }));

const said = { by: 'ann', reason: 'cleared', at: '2026-03-01T00:00:00Z' };

test('an allowance to delete counts once, and for its chunk only', () => {
  const first = { count: 9, ...said };
  store.updateControls((controls) =>
    withChange(controls, { type: 'allow deletes', chunks: ['0001', '0002'], allowed: first }),
  );

  spendAllowance(store, '0001');
  spendAllowance(store, '0001');

  expect(store.readControls().deletesAllowed).toEqual({ '0002': first });
});

test('a later allowance replaces an earlier one', () => {
  const allowed = { percent: 60, ...said };
  const before = { ...NO_CONTROLS, deletesAllowed: { '0001': { count: 9, ...said } } };

  const after = withChange(before, { type: 'allow deletes', chunks: ['0001'], allowed });

  expect(after).toEqual({ ...NO_CONTROLS, deletesAllowed: { '0001': allowed } });
});

test('controls of an earlier version allow no deletes and are not overwritten', () => {
  const file = join(store.directory, 'controls.json');
  writeJsonAtomic(file, { bandwidth: 'none' });

  spendAllowance(store, '0001');

  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ bandwidth: 'none' });
  expect(store.readControls()).toEqual({ ...NO_CONTROLS, bandwidth: 'none' });
});
