/** A destination that is full: what does not fit is blocked and leaves nothing; with more space it goes on. */
import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { afterEach, expect, test } from '@jest/globals';
import { closeMounts, mountMissing, smallMount } from '../../support/trees/mounts.ts';
import { expectSameTree } from '../../support/trees/oracle.ts';
import { file, leftovers } from '../../support/trees/tree.ts';
import { openBench, type Bench } from '../contract.ts';
import { posix } from './bench.ts';

let bench: Bench;
afterEach(async () => {
  await bench.engine.dispose();
  await closeMounts();
  rmSync(bench.root, { recursive: true, force: true });
});

const testMounts = mountMissing === undefined ? test : test.skip;
testMounts(`files that find no space${mountMissing ?? ''}`, async () => {
  const open = (spec: Parameters<typeof posix>[0]): ReturnType<typeof posix> => {
    smallMount((spec.destination as { path: string }).path, '1m');
    return posix(spec);
  };
  bench = openBench(open, {
    a: file('a'.repeat(900_000)),
    b: file('b'.repeat(900_000)),
    c: file('c'),
  });
  const job = () => bench.job({ number: 1 });
  await bench.engine.scan(job());

  const copied = await bench.engine.copy(job());
  const verified = await bench.engine.verify(job());

  expect(copied).toMatchObject({
    blocked: 1,
    counters: { copied: 2 },
    open: [{ path: 'b', code: 'DISK_FULL' }],
  });
  expect(verified.counters).toMatchObject({ verified: 2 });
  expect(existsSync(`${bench.destination}/b`)).toBe(false);
  expect(leftovers(bench.destination)).toEqual([]);

  execFileSync('mount', ['-o', 'remount,size=8m', bench.destination]);
  await bench.round({ number: 1 });
  expectSameTree(bench.source, bench.destination);
});
