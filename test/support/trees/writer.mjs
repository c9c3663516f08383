/**
 * A process that keeps changing a tree: node writer.mjs DIR [seed] [operations per second].
 * Creates, appends, rewrites in place, renames, deletes, changes modes, makes and removes
 * directories. The same seed gives the same sequence. Prints the number of operations done as a
 * line about once a second; SIGTERM stops it between two operations and prints the last number.
 */
import { appendFileSync, chmodSync, closeSync, mkdirSync, openSync, readdirSync } from 'node:fs';
import { renameSync, rmSync, rmdirSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const [root, seed = '1', perSecond = '200'] = process.argv.slice(2);
let state = Number(seed) >>> 0 || 1;
let operations = 0;
let stopped = false;
process.on('SIGTERM', () => (stopped = true));
process.on('SIGINT', () => (stopped = true));
process.on('disconnect', () => (stopped = true));

/** xorshift32: 0 ≤ n < limit. */
function random(limit) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % limit;
}

const list = (dir, wanted) =>
  readdirSync(dir, { withFileTypes: true })
    .filter((entry) => (wanted === 'file' ? entry.isFile() : entry.isDirectory()))
    .map((entry) => join(dir, entry.name))
    .sort();

function someDirectory() {
  let at = root;
  for (let depth = random(4); depth > 0; depth--) {
    const below = list(at, 'directory');
    if (below.length === 0) return at;
    at = below[random(below.length)];
  }
  return at;
}

function someFile() {
  for (let tries = 0; tries < 5; tries++) {
    const files = list(someDirectory(), 'file');
    if (files.length > 0) return files[random(files.length)];
  }
  return undefined;
}

const text = () => `${operations} ${'x'.repeat(random(20_000))}\n`;

function rewriteInPlace(path) {
  const size = statSync(path).size;
  const fd = openSync(path, 'r+');
  writeSync(fd, `rewritten ${operations}`, size === 0 ? 0 : random(size));
  closeSync(fd);
}

const actions = [
  () => writeFileSync(join(someDirectory(), `new-${seed}-${operations}`), text()),
  () => writeFileSync(join(someDirectory(), `new-${seed}-${operations}`), text()),
  () => onFile((path) => appendFileSync(path, text())),
  () => onFile(rewriteInPlace),
  () => onFile((path) => renameSync(path, join(someDirectory(), `moved-${seed}-${operations}`))),
  () => onFile((path) => rmSync(path)),
  () => onFile((path) => chmodSync(path, [0o644, 0o600 | 0o044, 0o755][random(3)])),
  () => mkdirSync(join(someDirectory(), `directory-${seed}-${operations}`)),
  () => rmdirSync(someDirectory()),
];

function onFile(change) {
  const path = someFile();
  if (path !== undefined) change(path);
}

let said = performance.now();
const pauseMs = 1000 / Number(perSecond);
console.log('0');
while (!stopped) {
  try {
    actions[random(actions.length)]();
  } catch (error) {
    // Another writer, or a directory that is not empty: part of the game.
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST', 'EBUSY', 'EACCES'].includes(error.code)) throw error;
  }
  operations++;
  if (performance.now() - said > 1000) {
    console.log(String(operations));
    said = performance.now();
  }
  await sleep(pauseMs);
}
console.log(String(operations));
process.exit(0);
