import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { removeStaleTemporaries, writeFileAtomic } from '../../src/state/atomic-file.ts';

test('a file is replaced as a whole, and the temporary file of a writer that died is removed once it is old', () => {
  const path = mkdtempSync(join(tmpdir(), 'atomic-'));
  const leftover = `file.${'0'.repeat(36)}.tmp`;
  writeFileSync(join(path, leftover), 'half');
  writeFileAtomic(join(path, 'file'), 'old');
  writeFileAtomic(join(path, 'file'), 'new');

  removeStaleTemporaries(path);
  expect(readdirSync(path).sort()).toEqual(['file', leftover]);
  removeStaleTemporaries(path, 0);

  expect(readdirSync(path)).toEqual(['file']);
  expect(readFileSync(join(path, 'file'), 'utf8')).toBe('new');
  rmSync(path, { recursive: true });
});
