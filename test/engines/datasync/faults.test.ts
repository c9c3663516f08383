/**
 * Seeded fault scripts: with any faults and worker deaths, the last round ends with equal trees, a closed
 * sum, each execution started once, none left running, and nothing deleted that exists at the source.
 * `scripts/torture` plays more of them.
 */
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { closeSum } from '../../../src/model/sum.ts';
import { seededRandom, type Random } from '../../../src/sandbox/world/random.ts';
import { openRig, strays, type Rig } from '../../support/aws/datasync-worker.ts';
import { expectSameTree } from '../../support/trees/oracle.ts';
import { seeds } from '../../support/jest/seeds.ts';
import { directory, file, symlink } from '../../support/trees/tree.ts';

const CALLS = [
  'CreateLocationNfs',
  'CreateLocationEfs',
  'CreateTask',
  'StartTaskExecution',
  'StartTaskExecution',
  'StartTaskExecution',
  'DescribeTaskExecution',
  'ListAgents',
  'ListTasks',
  'DescribeTask',
  'CancelTaskExecution',
  'UpdateTaskExecution',
];
const REPLIES = ['lost', 'lost', 'internal', 'throttled', 'unavailable'];
const PHASES = ['LAUNCHING', 'PREPARING', 'TRANSFERRING', 'VERIFYING'];
const FAILURES: readonly (readonly [string, string])[] = [
  ['EniNotFound', 'The network interface was not found'],
  ['x', 'Task failed to access location loc-0: x40016: mount.nfs: Connection timed out'],
  ['x', 'Input/output error'],
  ['SrcLocHitAccess', ''],
  ['NeverHeardOf', 'something odd'],
  ['NoMem', 'Cannot allocate memory'],
];
const FILES = ['/a', '/d/x', '/d/deep/y', '/d/*', '/e/*'];
const KINDS = ['unreadable', 'locked', 'vanished', 'mismatched'];

const between = (random: Random, least: number, most: number): number =>
  least + Math.floor(random() * (most - least + 1));
const pick = <T>(random: Random, from: readonly T[]): T =>
  from[between(random, 0, from.length - 1)]!;

function faultsOf(random: Random): object[] {
  const faults: object[] = [];
  for (let n = between(random, 0, 4); n > 0; n--)
    faults.push({
      call: pick(random, CALLS),
      nth: between(random, 1, 4),
      reply: pick(random, REPLIES),
    });
  for (let n = between(random, 0, 2); n > 0; n--) {
    const downAt = between(random, 1, 40);
    faults.push(
      { after: `${downAt}m`, link: 'down' },
      { after: `${downAt + between(random, 1, 30)}m`, link: 'up' },
    );
  }
  if (random() < 0.3) {
    const offAt = between(random, 1, 40);
    faults.push({ after: `${offAt}m`, agent: 'agent-1', is: 'offline' });
    faults.push({ after: `${offAt + between(random, 6, 60)}m`, agent: 'agent-1', is: 'online' });
  }
  const broken = new Set(
    Array.from({ length: between(random, 0, 3) }, () => between(random, 1, 6)),
  );
  for (const execution of broken) {
    const [fail, detail] = pick(random, FAILURES);
    faults.push(
      random() < 0.25
        ? { execution, stuck: true }
        : { execution, fail, detail, in: pick(random, PHASES) },
    );
  }
  for (let n = between(random, 0, 2); n > 0; n--)
    faults.push({
      file: pick(random, FILES),
      is: pick(random, KINDS),
      times: between(random, 1, 2),
    });
  return faults;
}

let rig: Rig;
afterEach(() => rmSync(rig.bench.root, { recursive: true, force: true }));

async function play(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const layout = pick(random, ['auto', 'pool', 'task-per-chunk']);
  rig = openRig(
    {
      a: file('a'),
      l: symlink('a'),
      d: directory({ x: file('x'.repeat(5000)), deep: directory({ y: file('y'), z: file('z') }) }),
      e: directory({ one: file('1'), two: file('2') }),
    },
    {
      seed,
      faults: faultsOf(random),
      flapping: random() < 0.3,
      aws: { removeWithFilters: true, layout },
      // Shorter launches than the service's, so that fewer polls observe no change.
      timings: { historyMs: 1e12, launchMs: [5_000, 60_000] },
    },
  );
  const { source } = rig.bench;
  const death = (): void => {
    const moment = pick(random, ['before', 'after'] as const);
    const [start, other] = [{ call: 'StartTaskExecution', at: 1 }, { at: between(random, 1, 40) }];
    if (random() < 0.7) rig.arm({ ...(random() < 0.5 ? start : other), moment });
  };
  death();
  await rig.round({ number: 1, kind: 'seed', deletes: false });
  appendFileSync(join(source, 'd/x'), 'more');
  rmSync(join(source, 'd/deep/y'));
  rmSync(join(source, 'e'), { recursive: true });
  mkdirSync(join(source, 'new'));
  writeFileSync(join(source, 'new/file'), 'n');
  death();
  if (random() < 0.5) await rig.round({ number: 2, kind: 'catch-up', deletes: false });
  rmSync(join(source, 'd/deep/z'));
  death();
  let sum = await rig.round({ number: 3, kind: 'final', deletes: true });
  // One more round copies what drifted or vanished, as after a postponed cutover.
  for (let number = 4; number < 8 && !closeSum({ ...sum }).clean; number++)
    sum = await rig.round({ number, kind: 'final', deletes: true });
  expectSameTree(source, rig.bench.destination);
  expect(closeSum({ ...sum }).because).toMatch(/^all \d+ entries are accounted for$/);
  expect(strays(rig)).toEqual({ twins: [], live: [], orphans: [] });
}

test.each(seeds(20))('fault script %i ends with equal trees', play);
