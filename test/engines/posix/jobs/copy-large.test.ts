/** Large files that are copied in parts: which parts are trusted after an interruption, and which are removed. */
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import type { StepJob } from '../../../../src/engines/engine.ts';
import type { StepResult } from '../../../../src/model/round.ts';
import { partName } from '../../../../src/engines/posix/write/own-names.ts';
import { expectSameTree } from '../../../support/trees/oracle.ts';
import { closeMounts, mountMissing, smallMount } from '../../../support/trees/mounts.ts';
import { until } from '../../../support/processes/processes.ts';
import { directory, file } from '../../../support/trees/tree.ts';
import { openBench, type Bench } from '../../contract.ts';
import { PART_BYTES, posix } from '../bench.ts';

const PARTS = 48;
const content = Array.from({ length: PARTS }, (_, n) => `${n % 10}`.repeat(PART_BYTES)).join('');
/** Two parts come soon, and the rest leaves seconds to stop the copy. */
const SLOW = 8 * PART_BYTES;

let bench: Bench;
afterEach(async () => {
  await bench.engine.dispose();
  await closeMounts();
  rmSync(bench.root, { recursive: true, force: true });
});

const inSource = (path: string): string => join(bench.source, path);
const inDestination = (path: string): string => join(bench.destination, path);
const part = (): string => inDestination(partName('large'));
const journals = (): string => join(bench.job({}).store.directory, 'parts');

const copy = (more: Partial<StepJob> = {}): Promise<StepResult> =>
  bench.engine.copy(bench.job({ number: 1 }, more));

/** Copies a large file and stops when some of its parts are durable. */
async function interrupted(): Promise<void> {
  bench = openBench(posix, { large: file(content), small: file('s') });
  await bench.engine.scan(bench.job({ number: 1 }));
  bench.engine.adjust(SLOW);
  const stop = new AbortController();
  const copied = expect(copy({ signal: stop.signal })).rejects.toMatchObject({
    code: 'INTERRUPTED',
  });
  await until(
    'two parts are there',
    () => existsSync(part()) && statSync(part()).size > 2.2 * PART_BYTES,
  );
  stop.abort();
  await copied;
  bench.engine.adjust(undefined);
}

function alter(path: string, at: number): void {
  const fd = openSync(path, 'r+');
  writeSync(fd, 'altered', at);
  closeSync(fd);
}

test.each<[string, () => void]>([
  ['is unchanged', () => undefined],
  ['lost its end in a power failure', () => truncateSync(part(), 1.5 * PART_BYTES)],
  ['was altered in its first part', () => alter(part(), 100)],
  ['was altered in its second part', () => alter(part(), PART_BYTES + 100)],
  ['is gone', () => rmSync(part())],
])('an interrupted file is completed if its temporary file %s', async (_what, happens) => {
  await interrupted();
  happens();

  await copy();

  expectSameTree(bench.source, bench.destination);
  expect(readdirSync(journals())).toEqual([]);
});

test('durable parts remain when the next call is stopped as well', async () => {
  await interrupted();
  const { size } = statSync(part());

  await expect(copy({ signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'INTERRUPTED',
  });

  expect(statSync(part()).size).toBe(size);
});

test('a large file that became a pipe after the scan is left to the next round', async () => {
  bench = openBench(posix, { large: file(content), small: file('s') });
  await bench.engine.scan(bench.job({ number: 1 }));
  rmSync(inSource('large'));
  execFileSync('mkfifo', [inSource('large')]);

  expect(await copy()).toMatchObject({ counters: { drifted: 1 } });
  expect(readdirSync(bench.destination)).toEqual(['small']);
});

test.each<[string, () => Promise<unknown>]>([
  ['is gone at the source', () => (rmSync(inSource('large')), copy())],
  ['is gone before the next round', () => (rmSync(inSource('large')), bench.round({ number: 2 }))],
  ['is small now', () => (writeFileSync(inSource('large'), 'small'), bench.round({ number: 2 }))],
  ['is an accepted exception', () => copy({ exceptions: new Set(['large']) })],
])('no part remains of a file that %s', async (_what, goOn) => {
  await interrupted();
  const foreign = inDestination(partName('of somebody else'));
  writeFileSync(foreign, 'theirs');

  await goOn();

  expect(existsSync(part())).toBe(false);
  expect(readdirSync(journals())).toEqual([]);
  expect(existsSync(foreign)).toBe(true);
});

test('a part is not searched through a symlink that replaced its directory', async () => {
  bench = openBench(posix, { d: directory({ large: file(content) }), other: directory({}) });
  await bench.engine.scan(bench.job({ number: 1 }));
  bench.engine.adjust(SLOW);
  const stop = new AbortController();
  const copied = expect(copy({ signal: stop.signal })).rejects.toThrow();
  await until('a part is there', () => existsSync(inDestination(`d/${partName('large')}`)));
  stop.abort();
  await copied;
  bench.engine.adjust(undefined);
  const outside = join(bench.root, 'outside');
  execFileSync('mv', [inDestination('d'), outside]);
  execFileSync('ln', ['-s', outside, inDestination('d')]);
  rmSync(inSource('d'), { recursive: true });

  await bench.round({ number: 2, deletes: false });

  expect(existsSync(join(outside, partName('large')))).toBe(true);
});

const testMounts = mountMissing === undefined ? test : test.skip;
testMounts(
  `a file that ran out of space continues from its part${mountMissing ?? ''}`,
  async () => {
    bench = openBench(
      (spec) => {
        smallMount(join(spec.destination.path!, '.'), `${3 * PART_BYTES}`);
        return posix(spec);
      },
      { large: file(content) },
    );
    await bench.engine.scan(bench.job({ number: 1 }));

    expect(await copy()).toMatchObject({
      blocked: 1,
      open: [{ code: 'DISK_FULL', path: 'large' }],
    });
    expect(existsSync(inDestination('large'))).toBe(false);
    const { ino } = statSync(part());
    execFileSync('mount', ['-o', 'remount,size=64m', bench.destination]);
    expect(await copy()).toMatchObject({ blocked: 0 });

    expect(statSync(inDestination('large')).ino).toBe(ino);
    expectSameTree(bench.source, bench.destination);
  },
);
