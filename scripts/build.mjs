// Compiles src/ to dist/ and bundles the workflows once, so that a worker need not at its start, and the
// programs that must start at once.
// With --if-stale it does nothing when dist/ was made from these very sources. Two builds at once
// wait for each other, and a build that breaks leaves the earlier dist/ as it was.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { withLock } from './lock.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const stamp = join(dist, '.sources');
const INPUTS = [
  'src',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'scripts/build.mjs',
  'scripts/bundle.mjs',
];

/** Builds unless dist/ is of these sources. Returns whether it built. */
export async function buildIfStale() {
  if (isFresh()) return false;
  return withLock(join(root, 'node_modules/.build.lock'), async () => {
    if (isFresh()) return false;
    await build();
    return true;
  });
}

function isFresh() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint();
}

/** Digest over names and contents: no clock, so that a checkout or a copy cannot fool it. */
function fingerprint() {
  const digest = createHash('sha256');
  for (const file of INPUTS.flatMap((input) => filesBelow(join(root, input)))) {
    digest
      .update(`${relative(root, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return digest.digest('hex');
}

function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function build() {
  const sources = fingerprint();
  const next = join(root, 'dist.next');
  rmSync(next, { recursive: true, force: true });
  compile(next);
  copyModels(next);
  await bundleWorkflows(next);
  const { bundlePrograms } = await import('./bundle.mjs');
  await bundlePrograms(next);
  writeFileSync(join(next, '.sources'), sources);
  // A worker that runs from dist/ has loaded its modules; what it loads later comes from the new one.
  const old = join(root, 'dist.old');
  rmSync(old, { recursive: true, force: true });
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(next, dist);
  rmSync(old, { recursive: true, force: true });
}

/** Translates each file by itself, as tsconfig.build.json says: `npm run check:types` checks the types. */
function compile(outDir) {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const args = [tsc, '-p', join(root, 'tsconfig.build.json'), '--outDir', outDir];
  execFileSync(process.execPath, args, { stdio: ['ignore', 2, 2] });
}

/** Data that the compiler does not carry over. */
function copyModels(outDir) {
  const models = 'sandbox/models';
  cpSync(join(root, 'src', models), join(outDir, models), { recursive: true });
}

async function bundleWorkflows(outDir) {
  const workflowsPath = join(outDir, 'workflows/index.js');
  if (!existsSync(workflowsPath)) return;
  const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
  const logger = new DefaultLogger('WARN');
  const payloadConverterPath = join(outDir, 'workflows/runtime/payload-converter.js');
  const { code } = await bundleWorkflowCode({ workflowsPath, payloadConverterPath, logger });
  writeFileSync(join(outDir, 'workflow-bundle.js'), code);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  if (process.argv.includes('--if-stale')) await buildIfStale();
  else await withLock(join(root, 'node_modules/.build.lock'), build);
}
