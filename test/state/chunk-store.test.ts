import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { removeRoundsBefore, roundsKept } from '../../src/state/chunk-store.ts';
import { openStateDirectory } from '../../src/state/state-directory.ts';

test('the folded rounds of a chunk are removed, the later ones are kept', () => {
  const path = mkdtempSync(join(tmpdir(), 'chunk-'));
  const migration = openStateDirectory(path, { create: true }).migration('m');
  for (const round of [1, 2, 10]) migration.chunk('0000', round);
  const store = migration.chunk('0000', 11);

  removeRoundsBefore(store, 10);

  expect(roundsKept(store)).toEqual([10, 11]);
  rmSync(path, { recursive: true });
});
