// Runs each check and all tests, goes on after a failure, names what was skipped, and ends with one
// line that counts them all: N passed, N failed. A suite that could not run counts as one failure.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const files = process.argv.slice(2);
const total = { passed: 0, failed: 0 };

function count(outcome, passed, failed) {
  total.passed += passed;
  total.failed += failed;
  console.log(`${outcome}: ${passed} passed, ${failed} failed`);
}

function runCheck(name) {
  console.log(`\n== npm run ${name}`);
  const { status } = spawnSync('npm', ['run', '--silent', name], { cwd: root, stdio: 'inherit' });
  count(name, status === 0 ? 1 : 0, status === 0 ? 0 : 1);
}

function runTests() {
  console.log('\n== tests');
  const folder = mkdtempSync(join(tmpdir(), 'longhaul-results-'));
  const results = join(folder, 'results.json');
  const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];
  const options = ['--ci', '--json', `--outputFile=${results}`, ...files];
  // --json prints the report on stdout as well: only the file is wanted; progress is on stderr.
  spawnSync(process.execPath, [...jest, ...options], { cwd: root, stdio: ['ignore', 'ignore', 2] });
  try {
    report(JSON.parse(readFileSync(results, 'utf8')));
  } catch (error) {
    console.error(`the tests left no result: ${error.message}`);
    count('tests', 0, 1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function report(results) {
  const skipped = results.testResults.flatMap((suite) =>
    suite.assertionResults
      .filter(({ status }) => status === 'pending' || status === 'todo')
      .map(({ fullName }) => `${relative(root, suite.name)}: ${fullName}`),
  );
  if (skipped.length > 0)
    console.log(`\nskipped:\n${skipped.map((name) => `  ${name}`).join('\n')}`);
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = results;
  count('tests', numPassedTests, numFailedTests + numRuntimeErrorTestSuites);
}

if (files.length === 0) {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  Object.keys(scripts)
    .filter((name) => name.startsWith('check:'))
    .forEach(runCheck);
}
runTests();
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
