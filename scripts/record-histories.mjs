// Records what the workflows of a release do, for the replay test: node scripts/record-histories.mjs REF
// builds the workflows of that commit, plays test/support/histories/scenarios.ts with them, and writes
// test/fixtures/histories/VERSION/. What was released is never recorded anew: where a change breaks a
// replay, the change goes behind patched().
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const ref = process.argv[2];
if (ref === undefined) {
  console.error('usage: node scripts/record-histories.mjs REF');
  process.exit(2);
}
const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
const run = (cwd, env, command, ...args) =>
  execFileSync(command, args, { cwd, env: { ...process.env, ...env }, stdio: 'inherit' });

const commit = git('rev-parse', '--verify', `${ref}^{commit}`);
const { version } = JSON.parse(git('show', `${commit}:package.json`));
const folder = join(root, 'test/fixtures/histories', version);
if (existsSync(folder)) {
  console.error(`${folder} is there: released histories are not recorded anew`);
  process.exit(4);
}
const work = mkdtempSync(join(tmpdir(), 'longhaul-release-'));
const release = join(work, 'tree');
try {
  git('worktree', 'add', '--detach', release, commit);
  symlinkSync(join(root, 'node_modules'), join(release, 'node_modules'));
  run(release, {}, process.execPath, 'scripts/build.mjs');
  const env = {
    LONGHAUL_WORKFLOW_BUNDLE: join(release, 'dist/workflow-bundle.js'),
    LONGHAUL_HISTORIES: folder,
    LONGHAUL_RELEASE: JSON.stringify({ version, commit }),
  };
  const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];
  run(root, env, process.execPath, ...jest, '--testMatch', '**/support/histories/record.ts');
} catch (error) {
  rmSync(folder, { recursive: true, force: true });
  throw error;
} finally {
  git('worktree', 'remove', '--force', release);
  rmSync(work, { recursive: true, force: true });
}
const { histories } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
console.log(`${histories.length} histories of ${version} (${commit.slice(0, 12)}) in ${folder}`);
