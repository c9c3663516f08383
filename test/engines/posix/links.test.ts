/** Links out of a tree that appear behind the scan, on either side: nothing is read, written or changed through them. */
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { partName } from '../../../src/engines/posix/write/own-names.ts';
import { expectSameTree } from '../../support/trees/oracle.ts';
import { directory, file } from '../../support/trees/tree.ts';
import { openBench, type Bench } from '../contract.ts';
import { PART_BYTES, posix } from './bench.ts';

const SECRET = 'secret '.repeat(1_000);
let bench: Bench;
let outside: string;
beforeEach(() => {
  bench = openBench(posix, {
    f: file('f'.repeat(SECRET.length)),
    large: file('l'.repeat(2 * PART_BYTES)),
    d: directory({ f: file('f'.repeat(SECRET.length)) }),
  });
  outside = join(bench.root, 'outside');
  mkdirSync(outside);
  writeFileSync(join(outside, 'f'), SECRET, { mode: 0o640 });
  writeFileSync(join(outside, 'large'), SECRET.repeat(400));
});
afterEach(async () => {
  await bench.engine.dispose();
  rmSync(bench.root, { recursive: true, force: true });
});

const at = (path: string): string => join(bench.source, path);
const copied = (path: string): string => join(bench.destination, path);

/** A link to `to` where `path` was. */
function swap(path: string, to: string): void {
  if (existsSync(path)) renameSync(path, `${path}.aside`);
  symlinkSync(to, path);
}

function filesOf(tree: string): readonly string[] {
  const entries = readdirSync(tree, { recursive: true, withFileTypes: true });
  return entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
}

/** Names, contents and modes. */
const seen = (tree: string): unknown =>
  filesOf(tree).map((path) => [path, readFileSync(path, 'latin1'), statSync(path).mode]);

async function endsEqual(): Promise<void> {
  await bench.round({ number: 2 });
  await bench.round({ number: 3 });
  expectSameTree(bench.source, bench.destination);
}

describe('at the source', () => {
  test.each([
    ['a file', 'f', 'f'],
    ['a large file', 'large', 'large'],
    ['a directory', 'd', ''],
  ])('%s is not read through', async (_what, path, target) => {
    await bench.engine.scan(bench.job({ number: 1 }));
    swap(at(path), join(outside, target));

    await bench.engine.copy(bench.job({ number: 1 }));
    await bench.engine.verify(bench.job({ number: 1 }));
    await bench.engine.close(bench.job({ number: 1 }));

    const contents = filesOf(bench.destination).map((found) => readFileSync(found, 'latin1'));
    expect(contents.filter((content) => content.includes('secret'))).toEqual([]);
    await endsEqual();
  });
});

describe('at the destination', () => {
  test.each<[string, () => void]>([
    ['a directory', () => swap(copied('d'), outside)],
    ['a file', () => swap(copied('f'), join(outside, 'f'))],
    ['the part of a large file', () => swap(copied(partName('large')), join(outside, 'large'))],
  ])('%s is not written through', async (_what, swapped) => {
    const before = seen(outside);
    await bench.engine.scan(bench.job({ number: 1 }));
    swapped();

    await bench.engine.copy(bench.job({ number: 1 }));
    await bench.engine.verify(bench.job({ number: 1 }));
    expect(seen(outside)).toEqual(before);
    await bench.engine.close(bench.job({ number: 1 }));

    rmSync(copied(partName('large')), { force: true }); // as a person who was asked to would
    await endsEqual();
    expect(seen(outside)).toEqual(before);
  });

  test('a directory of an earlier round is not written through', async () => {
    await bench.round({ number: 1 });
    const before = seen(outside);
    appendFileSync(at('d/f'), ' more'); // in it, and not it, is something to do
    swap(copied('d'), outside);

    await bench.engine.scan(bench.job({ number: 2 }));
    await bench.engine.copy(bench.job({ number: 2 }));

    expect(seen(outside)).toEqual(before);
    await endsEqual();
  });

  test('a file gets its new mode, and not what it leads to', async () => {
    await bench.round({ number: 1 });
    // As the copy is, but for its mode and where it is.
    const { mtimeMs } = statSync(at('f'));
    utimesSync(join(outside, 'f'), mtimeMs / 1_000, mtimeMs / 1_000);
    utimesSync(at('f'), mtimeMs / 1_000, mtimeMs / 1_000);
    await bench.round({ number: 2 });
    const before = seen(outside);
    chmodSync(at('f'), 0o777);
    swap(copied('f'), join(outside, 'f'));

    await bench.round({ number: 3 });

    expect(seen(outside)).toEqual(before);
    rmSync(copied('f.aside'), { force: true });
    expectSameTree(bench.source, bench.destination);
  });

  test('a directory is not read through when it is verified', async () => {
    await bench.engine.scan(bench.job({ number: 1 }));
    await bench.engine.copy(bench.job({ number: 1 }));
    const real = `${bench.root}/aside`;
    renameSync(copied('d'), real);
    symlinkSync(real, copied('d'));

    const verifying = bench.engine.verify(bench.job({ number: 1 }));
    const verified = await verifying.then(
      ({ counters }) => counters['verified'] ?? 0,
      () => 0,
    );

    expect(verified).toBeLessThanOrEqual(3); // f, large and d itself at most
    await endsEqual();
  });
});
