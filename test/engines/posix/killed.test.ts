/**
 * Seeded trees that change at random between rounds, each round killed with -9 at random system calls:
 * the last one ends with equal trees and a closed sum. `scripts/torture` plays more seeds.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test } from '@jest/globals';
import type { ChunkSum } from '../../../src/model/round.ts';
import { treeIdentity } from '../../../src/engines/posix/tree/identity.ts';
import { closeSum } from '../../../src/model/sum.ts';
import { seededRandom, type Random } from '../../../src/sandbox/world/random.ts';
import { specSchema } from '../../../src/spec/schema.ts';
import { changeTree } from '../../support/trees/change-tree.ts';
import { expectSameTree } from '../../support/trees/oracle.ts';
import { seeds } from '../../support/jest/seeds.ts';
import { traceMissing } from '../../support/processes/strace.ts';
import { leftovers } from '../../support/trees/tree.ts';

const SEEDS = seeds(2);
const RUNNER = join(import.meta.dirname, '../../support/processes/round-runner.mjs');
const CHANGING_ROUNDS = 3;
const KILLS_A_ROUND = 2;
/** With how often one thread makes them in a round, about. */
const CALLS: readonly (readonly [string, number])[] = [
  ['write', 60],
  ['pwrite64', 4],
  ['renameat', 8],
  ['rename', 9],
  ['fdatasync', 14],
  ['fsync', 25],
  ['syncfs', 5],
  ['openat2', 50],
  ['fchmod', 12],
  ['fchown', 8],
  ['utimensat', 16],
  ['ftruncate', 7],
  ['unlink', 7],
  ['unlinkat', 3],
  ['mkdirat', 6],
  ['symlinkat', 1],
  ['linkat', 8],
];

let kills = 0;
let root = '';
afterEach(() => rmSync(root, { recursive: true, force: true }));

function begin(random: Random): void {
  root = mkdtempSync(join(tmpdir(), 'killed-'));
  for (const name of ['source', 'destination']) mkdirSync(join(root, name));
  writeFileSync(join(root, 'source/anchor'), 'so that it is never empty');
  const trash = random() < 0.5 ? { trash: { keepFor: '7d' } } : {};
  const spec = specSchema.parse({
    name: 'm',
    source: { path: join(root, 'source') },
    destination: { path: join(root, 'destination') },
    stateDirectory: join(root, 'state'),
    deletes: { when: 'every round', maxPercent: 100, ...trash },
  });
  const identities = {
    source: treeIdentity(join(root, 'source')),
    destination: treeIdentity(join(root, 'destination')),
  };
  writeFileSync(join(root, 'spec.json'), JSON.stringify(spec));
  writeFileSync(join(root, 'identities.json'), JSON.stringify(identities));
}

/** Resolves with its sum, or undefined when it was killed. */
async function round(number: number, kill?: string): Promise<ChunkSum | undefined> {
  const run = [process.execPath, RUNNER, root, String(number)];
  const trace = kill === undefined ? [] : ['strace', '-f', '-qqq', '-o', '/dev/null', '-e', kill];
  const [command = '', ...args] = [...trace, ...run];
  try {
    const { stdout } = await promisify(execFile)(command, args);
    return JSON.parse(stdout) as ChunkSum;
  } catch (error) {
    const { signal, stderr } = error as { signal?: string; stderr?: string };
    if (kill !== undefined && signal === 'SIGKILL') return void kills++;
    throw new Error(`round ${number} (${kill}): ${stderr}`, { cause: error });
  }
}

function someKill(random: Random): string {
  const [call, most] = CALLS[Math.floor(random() * CALLS.length)]!;
  return `inject=${call}:signal=KILL:when=${1 + Math.floor(random() * most)}`;
}

const testKills = traceMissing === undefined ? test : test.skip;
testKills.each(SEEDS)(`killed anywhere, seed %i${traceMissing ?? ''}`, async (seed) => {
  const random = seededRandom(seed);
  begin(random);
  let number = 1;
  for (; number <= CHANGING_ROUNDS; number++) {
    changeTree(join(root, 'source'), random, number === 1 ? 60 : 15);
    for (let k = 0; k < KILLS_A_ROUND; k++) await round(number, someKill(random));
    await round(number);
  }
  await round(number++); // what became another kind of entry gets its room in one round, its copy in the next
  const sum = await round(number);

  expect(closeSum({ ...sum! })).toMatchObject({ closes: true, clean: true });
  expectSameTree(join(root, 'source'), join(root, 'destination'), {
    excludes: ['/.longhaul-trash'],
  });
  const left = leftovers(join(root, 'destination'));
  expect(left.filter((path) => !path.startsWith('.longhaul-trash'))).toEqual([]);
});

testKills('most of them were killed', () => {
  expect(kills).toBeGreaterThan(SEEDS.length * 2);
});
