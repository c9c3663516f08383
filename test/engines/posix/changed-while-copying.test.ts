/**
 * A file that is written to while it is copied is never there as a mixture of before and after, also
 * when whoever wrote put its time back.
 */
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { expectSameTree } from '../../support/trees/oracle.ts';
import { until } from '../../support/processes/processes.ts';
import { file, leftovers, sizesOfOpenFiles, sparse, type Node } from '../../support/trees/tree.ts';
import { openBench, type Bench } from '../contract.ts';
import { PART_BYTES, posix } from './bench.ts';

let bench: Bench;
afterEach(async () => {
  await bench.engine.dispose();
  rmSync(bench.root, { recursive: true, force: true });
});

const MTIME_S = 1_600_000_000;
const MTIME_NS = BigInt(MTIME_S) * 1_000_000_000n;
const BLOCK_BYTES = 256 * 1024;
const busy = (): string => join(bench.source, 'busy');
const copied = (): string => join(bench.destination, 'busy');

/** In its first and its last block; size and modification time stay. */
function change(): void {
  const { size } = statSync(busy());
  const fd = openSync(busy(), 'r+');
  for (const at of [0, size - 10]) writeSync(fd, `${process.hrtime.bigint()}`.slice(-10), at);
  closeSync(fd);
  utimesSync(busy(), MTIME_S, MTIME_S);
}

/** Resolves when at least a block of it has been copied, a good while before the last one is. */
async function inTheMiddle(): Promise<void> {
  await until('a block is copied', () =>
    sizesOfOpenFiles(bench.destination).some((size) => size >= BLOCK_BYTES),
  );
}

const KINDS: readonly [string, () => Node][] = [
  ['a file', () => file('x'.repeat(PART_BYTES), { mtimeNs: MTIME_NS })],
  [
    'a file with holes',
    () =>
      sparse(
        PART_BYTES,
        [
          [0, 'x'.repeat(BLOCK_BYTES * 2)],
          [PART_BYTES - BLOCK_BYTES, 'x'.repeat(BLOCK_BYTES)],
        ],
        { mtimeNs: MTIME_NS },
      ),
  ],
  ['a file in parts', () => file('x'.repeat(2.5 * PART_BYTES), { mtimeNs: MTIME_NS })],
];

test.each(KINDS)(
  '%s that changes once is taken anew, or left to the next round',
  async (_, made) => {
    bench = openBench(posix, { busy: made() });
    await bench.engine.scan(bench.job({ number: 1 }));
    bench.engine.adjust(BLOCK_BYTES);
    const copying = bench.engine.copy(bench.job({ number: 1 }));
    await inTheMiddle();

    change();
    bench.engine.adjust(undefined);
    await copying;

    if (existsSync(copied()))
      expect(readFileSync(copied()).equals(readFileSync(busy()))).toBe(true);
    await bench.round({ number: 1 });
    await bench.round({ number: 2 });
    expectSameTree(bench.source, bench.destination);
  },
);

test.each(KINDS)('%s that changes all the time is not there, and is listed', async (_, made) => {
  bench = openBench(posix, { busy: made() });
  bench.engine.adjust(8 * BLOCK_BYTES);
  const writer = setInterval(change, 5);
  const { copy, sum } = await bench.round({ number: 1 }).finally(() => clearInterval(writer));

  expect(copy.counters).toMatchObject({ drifted: 1 });
  expect(sum).toMatchObject({ seen: 1, drifted: 1, verified: 0 });
  expect(existsSync(copied())).toBe(false);
  expect(leftovers(bench.destination)).toEqual([]);

  bench.engine.adjust(undefined);
  expect((await bench.round({ number: 2 })).sum).toMatchObject({ seen: 1, verified: 1 });
  expectSameTree(bench.source, bench.destination);
});
