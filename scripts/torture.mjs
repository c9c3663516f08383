// Plays random stories, one per seed, and prints the seed of each failure. The suite plays a short sample of the
// same code. Exit code: 0 when all passed, 1 when one failed, 2 for wrong usage, 130 after Ctrl-C.
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const DEFAULT_MINUTES = 10;
const MAX_SEED = 1_000_000;

/** Each plays the seeds `from` to `from + atOnce - 1` in one process; `atOnce` keeps a process to a few minutes. */
const KINDS = {
  sync: {
    what: '`longhaul sync` over random trees, file systems, changes, kills and failing system calls; needs root',
    atOnce: 20,
    command: (from, count) => [
      'python3',
      ['scripts/torture-parts/sync_runs.py', 'bin/longhaul.js', '--seed', from, '--count', count],
    ],
  },
  killed: {
    what: 'the steps of the posix engine, killed at random system calls over three rounds',
    atOnce: 10,
    command: seededTest('test/engines/posix/killed.test.ts'),
  },
  datasync: {
    what: 'migrations by DataSync through random fault scripts of the sandbox',
    atOnce: 20,
    command: seededTest('test/engines/datasync/faults.test.ts'),
  },
};

function seededTest(file) {
  return (from, count) => [
    process.execPath,
    ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js', '--ci', file],
    { LONGHAUL_SEEDS: `${from}-${from + count - 1}` },
  ];
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        only: { type: 'string' },
        seed: { type: 'string' },
        minutes: { type: 'string', default: String(DEFAULT_MINUTES) },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw usage(error.message);
  }
}

function usage(message) {
  console.error(`${message}. See: scripts/torture --help`);
  process.exit(2);
}

function help() {
  const names = Object.entries(KINDS).map(([name, { what }]) => `  ${name.padEnd(10)} ${what}`);
  return `Plays random stories, one per seed, and prints the seed of each failure.

Usage: scripts/torture [--only NAME] [--seed N] [--minutes M]

  --only NAME   play one kind; without it, all kinds share the time
  --seed N      the first seed (default: random); play a failure again with --only NAME --seed N
  --minutes M   begin no new run after this time (default: ${DEFAULT_MINUTES})

Kinds:
${names.join('\n')}

Examples:
  scripts/torture --minutes 60                    an hour of everything
  scripts/torture --only sync --seed 4711         one failure again
`;
}

/** Plays one kind until its time is over. Returns whether every run passed. */
async function play(name, { atOnce, command }, firstSeed, minutes, count = atOnce) {
  const end = Date.now() + minutes * 60_000;
  let from = firstSeed;
  let passed = true;
  do {
    console.log(`\n== ${name}: seeds ${from} to ${from + count - 1}`);
    const [program, args, env] = command(from, count);
    const child = spawn(program, args.map(String), {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...env },
    });
    const [code, signal] = await once(child, 'close');
    if (signal !== null || code === 130) process.exit(130);
    if (code !== 0) {
      passed = false;
      console.log(`FAILED ${name}: scripts/torture --only ${name} --seed ${from}`);
    }
    from += count;
  } while (Date.now() < end);
  return passed;
}

const given = readArguments();
if (given.help) {
  process.stdout.write(help());
} else {
  const names = given.only === undefined ? Object.keys(KINDS) : [given.only];
  const unknown = names.find((name) => KINDS[name] === undefined);
  if (unknown !== undefined) usage(`There is no kind "${unknown}"`);
  const [seed, minutes] = [Number(given.seed ?? randomInt(MAX_SEED)), Number(given.minutes)];
  if (!Number.isSafeInteger(seed) || seed < 0) usage('--seed takes a whole number');
  if (!(minutes > 0)) usage('--minutes takes a number above 0');
  let passed = true;
  for (const name of names)
    passed = (await play(name, KINDS[name], seed, minutes / names.length)) && passed;
  process.exitCode = passed ? 0 : 1;
}
