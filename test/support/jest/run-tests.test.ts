/** scripts/run-tests.mjs, run on a folder of small suites. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mountMissing } from '../trees/mounts.ts';
import { until } from '../processes/processes.ts';

const program = fileURLToPath(new URL('../../../scripts/run-tests.mjs', import.meta.url));
let root: string;
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'run-tests-'))));
afterEach(() => rmSync(root, { recursive: true }));

/** Exit code and stdout of a run of one suite. */
function runTests(suite: string): { readonly exit: number | null; readonly stdout: string } {
  writeFileSync(join(root, 'one.test.cjs'), suite);
  const cacheDirectory = join(root, 'cache');
  const config = { rootDir: root, testMatch: ['**/*.test.cjs'], transform: {}, cacheDirectory };
  const { status, stdout } = spawnSync(
    process.execPath,
    [program, '--config', JSON.stringify(config)],
    { encoding: 'utf8', env: { ...process.env, LONGHAUL_TEST_GRACE_MS: '300' } },
  );
  return { exit: status, stdout };
}

test('the slowest files and tests are named, and the last line counts', () => {
  const { exit, stdout } = runTests(`
    test('waits', () => new Promise((resolve) => setTimeout(resolve, 200)));
    test('does not', () => undefined);`);

  expect(stdout).toMatch(/slowest files:\n +\d+\.\d s {2}\S+one\.test\.cjs\n/);
  expect(stdout).toMatch(/slowest tests:\n +0\.\d s {2}\S+one\.test\.cjs: waits\n/);
  expect(stdout).toMatch(/\n2 passed, 0 failed\n$/);
  expect(exit).toBe(0);
});

const LEAVES: Readonly<Record<string, string>> = {
  process: `
    const { spawn } = require('node:child_process');
    spawn('sleep', ['300'], { detached: true, stdio: 'ignore' }).unref();`,
  'process with an environment of its own': `
    const { spawn } = require('node:child_process');
    const options = { cwd: process.env.TMPDIR, env: {}, detached: true, stdio: 'ignore' };
    spawn('/bin/sleep', ['300'], options).unref();`,
  path: `
    require('node:fs').writeFileSync(process.env.TMPDIR + '/left', '');`,
  'path in memory': `
    require('node:fs').writeFileSync(process.env.LONGHAUL_TEST_SCRATCH + '/left', '');`,
};

test.each(Object.keys(LEAVES))(
  'a %s that is left counts as one failure, and is removed',
  async (what) => {
    const { exit, stdout } = runTests(`test('leaves', () => {${LEAVES[what]}});`);

    const [, kind, named = ''] = /removed now:\n {2}(process|path) (.*)\n/.exec(stdout) ?? [];
    expect(what).toMatch(new RegExp(`^${kind}`));
    expect(named).toMatch(kind === 'path' ? /\/left$/ : /^\d+: \S*sleep 300$/);
    expect(stdout).toMatch(/\n1 passed, 1 failed\n$/);
    expect(exit).toBe(1);
    const at = kind === 'path' ? named : `/proc/${parseInt(named)}`;
    await until('it is gone', () => !existsSync(at));
  },
);

(mountMissing === undefined ? test : test.skip)(
  'a mount that is left counts as one failure, and is removed before the folder below it',
  () => {
    const precious = join(root, 'precious');
    writeFileSync(precious, '');
    const { stdout } = runTests(`test('leaves', () => {
      const at = require('node:fs').mkdtempSync(process.env.TMPDIR + '/a b-');
      require('node:child_process').execFileSync('mount', ['--bind', '${root}', at]);
    });`);

    expect(stdout).toMatch(/\n {2}mount \S+\/a b-\w+\n {2}path \S+\/a b-\w+\n/);
    expect(stdout).toMatch(/\n1 passed, 2 failed\n$/);
    expect(existsSync(precious)).toBe(true);
  },
);
