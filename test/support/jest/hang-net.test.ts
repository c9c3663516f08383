/** A file that spins for ever fails, and the others are still told. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';

const require = createRequire(import.meta.url);
const root = mkdtempSync(join(tmpdir(), 'hang-net-'));
afterEach(() => rmSync(root, { recursive: true }));

interface Results {
  readonly numPassedTests: number;
  /** What scripts/run-tests.mjs adds to the failed tests. */
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly { readonly name: string; readonly status: string }[];
}

function runJest(files: Readonly<Record<string, string>>): Results & { readonly told: string } {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  const config = {
    rootDir: root,
    cacheDirectory: join(root, 'cache'),
    testMatch: ['**/*.test.cjs'],
    extensionsToTreatAsEsm: ['.ts'],
    transform: { '\\.ts$': [require.resolve('@swc/jest'), { module: { type: 'es6' } }] },
    setupFilesAfterEnv: [fileURLToPath(new URL('hang-net.ts', import.meta.url))],
  };
  const results = join(root, 'results.json');
  const { stderr } = spawnSync(
    process.execPath,
    [
      ...['--experimental-vm-modules', require.resolve('jest/bin/jest')],
      ...['--config', JSON.stringify(config), '--maxWorkers=2', '--json'],
      `--outputFile=${results}`,
    ],
    {
      encoding: 'utf8',
      env: { ...process.env, LONGHAUL_TEST_FILE_LIMIT_MS: '5000' },
    },
  );
  return { ...(JSON.parse(readFileSync(results, 'utf8')) as Results), told: stderr };
}

test('a file that gives way to no timer is ended, named, and counted as failed', () => {
  const { told, testResults, ...counts } = runJest({
    // Not for ever: without the net it would outlive this test.
    'spins.test.cjs': `test('spins', async () => {
      for (const end = Date.now() + 30_000; Date.now() < end; ) await null;
    }, 1000);`,
    'passes.test.cjs': `test('passes', () => undefined);`,
  });

  expect(told).toMatch(/spins\.test\.cjs has not ended after 5 s/);
  expect(counts).toMatchObject({ numPassedTests: 1, numRuntimeErrorTestSuites: 1 });
  const outcomes = testResults.map(({ name, status }) => [basename(name), status]);
  expect(Object.fromEntries(outcomes)).toEqual({
    'spins.test.cjs': 'failed',
    'passes.test.cjs': 'passed',
  });
});
