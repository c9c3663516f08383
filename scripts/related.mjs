// Runs the tests of what has changed below src/ and test/ since this branch left main, uncommitted files
// included: the test files that import it, and those of its room, which may run it in a process or a
// thread. Whole migrations (test/e2e, test/demo) are left to scripts/test, unless they changed themselves.
// Usage: npm run test:related [-- JEST-OPTION…]
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const WHOLE_MIGRATIONS = /^test\/(e2e|demo)\//;
const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];

const linesOf = (command, ...args) =>
  execFileSync(command, args, { cwd: root, encoding: 'utf8' }).split('\n').filter(Boolean);

function changedFiles() {
  const [base] = linesOf('git', 'merge-base', 'HEAD', 'main');
  const changed = linesOf('git', 'diff', '--name-only', '--diff-filter=d', base);
  const added = linesOf('git', 'ls-files', '--others', '--exclude-standard');
  return [...changed, ...added].filter((path) => /^(src|test)\//.test(path));
}

function testsThatImport(paths) {
  if (paths.length === 0) return [];
  return linesOf(process.execPath, ...jest, '--listTests', '--findRelatedTests', ...paths)
    .filter((line) => line.endsWith('.test.ts'))
    .map((path) => relative(root, path));
}

/** The test files in the folder of test/ that mirrors the file's room, or the nearest above it. */
function testsOfRoom(path) {
  let folder = dirname(path).replace(/^src/, 'test');
  while (!existsSync(join(root, folder))) folder = dirname(folder);
  if (folder === 'test') return [];
  const names = readdirSync(join(root, folder)).filter((name) => name.endsWith('.test.ts'));
  return names.map((name) => join(folder, name));
}

const changed = changedFiles();
const tests = new Set([
  ...testsThatImport(changed),
  ...changed.filter((path) => path.startsWith('src/')).flatMap(testsOfRoom),
]);
const left = [...tests].filter((path) => WHOLE_MIGRATIONS.test(path) && !changed.includes(path));
left.forEach((path) => tests.delete(path));
console.log(
  `changed: ${changed.length} files; tests: ${tests.size} files, ${left.length} left out`,
);
if (tests.size > 0) {
  const args = [...jest, ...process.argv.slice(2), '--runTestsByPath', ...tests];
  process.exitCode = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1;
}
