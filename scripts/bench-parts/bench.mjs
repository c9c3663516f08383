// Copies a tree of small files with longhaul and with others, in turn, and reports medians as ratios.
// Usage: scripts/bench [--runs N] [--files N] [--json]
//   --runs N    rounds; each contender once a round, in turn            (5)
//   --files N   regular files, log-normal sizes with a median of 8 KiB  (50000)
// The source lies below TMPDIR and is read once before each run; the destination is in /dev/shm. Without
// NODE_EXTRA_CA_CERTS, for which each program of Node 20 reads all certificates first: 50 ms.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeTree } from './make-tree.mjs';
import { buildIfStale } from '../build.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    files: { type: 'string', default: '50000' },
    json: { type: 'boolean', default: false },
  },
});
const [runs, files] = [Number(values.runs), Number(values.files)];
const say = (text) => process.stderr.write(`${text}\n`);

const ENV = { ...process.env };
delete ENV.NODE_EXTRA_CA_CERTS;

const source = join(tmpdir(), `longhaul-bench-${files}`);
const place = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'longhaul-bench-'));
const destination = join(place, 'destination');
process.on('exit', () => rmSync(place, { recursive: true, force: true }));
process.on('SIGINT', () => process.exit(130));

/** name → command; the first is what the ratios are to. */
function contenders() {
  const found = {};
  const threads = String(Math.min(2, availableParallelism()));
  if (has('rsync'))
    found['rsync -aHAX -W'] = ['rsync', '-aHAX', '-W', `${source}/`, `${destination}/`];
  else say('rsync is not installed: nothing to compare with (apt-get install rsync)');
  found['cp -a'] = ['cp', '-a', `${source}/.`, destination];
  if (has('cc')) {
    const program = join(place, 'lower-bound');
    execFileSync('cc', ['-O2', '-pthread', '-o', program, here('lower-bound.c')]);
    found[`lower bound in C, ${threads} threads`] = [program, threads, source, destination];
  } else say('no C compiler: the lower bound is left out (apt-get install gcc)');
  const program = here('../../bin/longhaul.js');
  const sync = [process.execPath, program, 'sync', source, destination];
  found['longhaul sync'] = [...sync, '--state', join(place, 'state')];
  // A digest of each file while it is copied, and all of it read back.
  found['longhaul sync --verify'] = [...found['longhaul sync'], '--verify'];
  return found;
}

function has(program) {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Seconds on the clock, and the highest resident memory of the process in MB. */
async function measure([program, ...args]) {
  rmSync(destination, { recursive: true, force: true });
  mkdirSync(destination);
  execFileSync('sh', ['-c', `find "$1" -type f -exec cat {} + > /dev/null`, 'sh', source]);
  const start = process.hrtime.bigint();
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'], env: ENV });
  let peakMb = 0;
  const watch = setInterval(() => (peakMb = Math.max(peakMb, peakOf(child.pid))), 50);
  const code = await new Promise((resolve) => child.on('exit', resolve));
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  clearInterval(watch);
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
  return { seconds, peakMb };
}

function peakOf(pid) {
  try {
    return (
      Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1000
    );
  } catch {
    return 0; // it has just ended
  }
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

await buildIfStale();
say(`${files} files in ${source}`);
makeTree(source, files);
const commands = contenders();
const names = Object.keys(commands);
const measured = Object.fromEntries(names.map((name) => [name, []]));
for (let run = 0; run < runs; run++) {
  for (let i = 0; i < names.length; i++) {
    const name = names[(run + i) % names.length]; // nobody is always behind the same one
    measured[name].push(await measure(commands[name]));
    const { seconds, peakMb } = measured[name].at(-1);
    say(`run ${run + 1}: ${name}: ${seconds.toFixed(2)} s, ${peakMb.toFixed(0)} MB`);
  }
}
const rows = names.map((name) => ({
  name,
  medianSeconds: median(measured[name].map(({ seconds }) => seconds)),
  peakMb: Math.max(...measured[name].map(({ peakMb }) => peakMb)),
  // A ratio of two runs of the same round: noise that lasts hits both.
  ratioToFirst: median(
    measured[name].map(({ seconds }, i) => seconds / measured[names[0]][i].seconds),
  ),
}));
if (values.json) console.log(JSON.stringify({ files, runs, rows }, null, 2));
else {
  console.log(`\n${files} small files, ${runs} runs, medians; ratios to ${names[0]}`);
  for (const { name, medianSeconds, ratioToFirst, peakMb } of rows)
    console.log(
      `${name.padEnd(28)} ${medianSeconds.toFixed(2).padStart(7)} s  ${ratioToFirst.toFixed(2).padStart(5)}  ${peakMb.toFixed(0).padStart(4)} MB`,
    );
}
