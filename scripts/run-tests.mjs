// Runs each check and all tests, goes on after a failure, names what was skipped, what was slow and what
// was left behind, and ends with one line that counts them all: N passed, N failed. A suite that could
// not run and a thing left behind count as one failure each.
// Usage: node scripts/run-tests.mjs [FILE…]     with files: only these tests, no checks
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { closeFolders, openFolders } from './suite/leftovers.mjs';
import { reportOf } from './suite/report.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const files = process.argv.slice(2);
const total = { passed: 0, failed: 0 };

function count(outcome, passed, failed, started) {
  total.passed += passed;
  total.failed += failed;
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`${outcome}: ${passed} passed, ${failed} failed (${seconds} s)`);
}

/** Exit code and output of a program. */
function run(command, args, options) {
  const child = spawn(command, args, { cwd: root, ...options });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text) => (output += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, output }));
  });
}

/** As many at once as there are cores; each is printed when it ends. */
async function runChecks() {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const waiting = Object.keys(scripts).filter((name) => name.startsWith('check:'));
  const lane = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift())
      await runCheck(name);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
}

async function runCheck(name) {
  const started = performance.now();
  const stdio = ['ignore', 'pipe', 'pipe'];
  const { status, output } = await run('npm', ['run', '--silent', name], { stdio });
  console.log(`\n== npm run ${name}\n${output.trim()}`);
  count(name, status === 0 ? 1 : 0, status === 0 ? 0 : 1, started);
}

async function runTests() {
  console.log('\n== tests');
  const started = performance.now();
  const { folders, env } = openFolders();
  const results = await runJest(env);
  console.log(reportOf(results, root));
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = results;
  count('\ntests', numPassedTests, numFailedTests + numRuntimeErrorTestSuites, started);
  await countLeftovers(folders);
}

/** Its results. Those of a run that left none have one suite that could not run. */
async function runJest(env) {
  const folder = mkdtempSync(join(tmpdir(), 'longhaul-results-'));
  const results = join(folder, 'results.json');
  const jest = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];
  const options = ['--ci', '--json', `--outputFile=${results}`, ...files];
  // --json prints the report on stdout as well: only the file is wanted; progress is on stderr.
  const stdio = ['ignore', 'ignore', 'inherit'];
  await run(process.execPath, [...jest, ...options], { stdio, env: { ...process.env, ...env } });
  try {
    return JSON.parse(readFileSync(results, 'utf8'));
  } catch (error) {
    console.error(`the tests left no result: ${error.message}`);
    return { testResults: [], numPassedTests: 0, numFailedTests: 0, numRuntimeErrorTestSuites: 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function countLeftovers(folders) {
  const started = performance.now();
  const left = await closeFolders(folders);
  if (left.length === 0) return;
  console.log(`\nleft behind by the tests, and removed now:\n  ${left.join('\n  ')}`);
  count('leftovers', 0, left.length, started);
}

if (files.length === 0) await runChecks();
await runTests();
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
