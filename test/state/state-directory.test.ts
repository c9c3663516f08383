import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { specSchema } from '../../src/spec/schema.ts';
import { openStateDirectory } from '../../src/state/state-directory.ts';

let path: string;
beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'state-'));
});
afterEach(() => rmSync(path, { recursive: true }));

describe('a state directory', () => {
  test('has one identity, also when several processes create it at the same time', async () => {
    const script = `import(${JSON.stringify(new URL('../../dist/state/state-directory.js', import.meta.url).href)})
      .then((m) => console.log(m.openStateDirectory(${JSON.stringify(path)}, { create: true }).id))`;

    const ids = await Promise.all(
      Array.from({ length: 6 }, async () =>
        (await promisify(execFile)(process.execPath, ['-e', script])).stdout.trim(),
      ),
    );

    expect(new Set(ids).size).toBe(1);
  });

  test('is not opened when the directory is no state directory', () => {
    expect(() => openStateDirectory(path)).toThrow('not a longhaul state directory');
  });

  test('lists only the migrations that were started', () => {
    const state = openStateDirectory(path, { create: true });
    state
      .migration('half')
      .updateControls((controls) => ({ ...controls, addedExclusions: ['*.tmp'] }));
    state.migration('whole').writeMigration({
      v: 1,
      stateId: state.id,
      spec: specSchema.parse({
        name: 'whole',
        source: { path: '/src' },
        destination: { path: '/dst' },
        stateDirectory: path,
      }),
      startedAt: '2026-03-01T00:00:00Z',
      startedBy: 'ann',
    });

    expect(state.migrations()).toEqual(['whole']);
  });

  test.each(['../other', '', 'A', 'a/b', '.'])(
    'rejects "%s" as the name of a migration',
    (name) => {
      const state = openStateDirectory(path, { create: true });

      expect(() => state.migration(name)).toThrow(
        expect.objectContaining({ code: 'NO_SUCH_MIGRATION' }),
      );
    },
  );
});
