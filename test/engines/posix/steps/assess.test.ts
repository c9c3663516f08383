import { execFileSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { assessTree, type AssessOptions } from '../../../../src/engines/posix/steps/assess.ts';
import {
  readDirectorySummaries,
  SummarySorter,
} from '../../../../src/engines/posix/tree/summaries.ts';
import { comparePaths } from '../../../../src/paths.ts';
import { makePlace, makeTree } from '../scan-tree.ts';

let place: ReturnType<typeof makePlace>;
beforeEach(() => {
  place = makePlace();
});
afterEach(() => place.remove());

const at = (...names: string[]) => join(place.source, ...names);
const assess = (over: Partial<AssessOptions> = {}) =>
  assessTree({
    root: place.source,
    excludes: { patterns: [], defaults: true },
    threads: 2,
    ...over,
  });

describe('an assessment', () => {
  test('counts entries and bytes by kind and size', async () => {
    writeFileSync(at('empty'), '');
    writeFileSync(at('one'), 'x');
    writeFileSync(at('five'), '12345');
    symlinkSync('target', at('link'));
    mkdirSync(at('d'));
    execFileSync('mkfifo', [at('d', 'fifo')]);

    const summary = await assess();

    expect(summary).toMatchObject({
      ...{
        directories: 2,
        entries: 6,
        bytes: 6,
        specialFiles: 1,
        specialSamples: [{ path: 'd/fifo', kind: 'fifo' }],
      },
      kinds: { file: 3, symlink: 1, directory: 1, fifo: 1 },
    });
    expect(summary.sizeHistogram.slice(0, 5)).toEqual([1, 1, 0, 1, 0]);
  });

  test('names the extremes that a destination may not hold', async () => {
    writeFileSync(at('n'.repeat(200)), 'x'.repeat(1000));
    mkdirSync(at('a', 'b', 'c'), { recursive: true });
    symlinkSync('t'.repeat(300), at('a', 'l'));
    writeFileSync(Buffer.concat([Buffer.from(at('')), Buffer.from([0x2f, 0xff])]), '');

    const { extremes, notUtf8Names, notUtf8Samples } = await assess();

    expect(extremes).toMatchObject({
      longestNameBytes: { value: 200 },
      longestSymlinkTargetBytes: { value: 300, path: 'a/l' },
      deepestLevel: { value: 3, path: 'a/b/c' },
      largestFileBytes: { value: 1000 },
    });
    expect([notUtf8Names, notUtf8Samples]).toEqual([1, ['\xff']]);
  });

  test('finds hard-link groups, those across directories, and those with names outside', async () => {
    mkdirSync(at('a'));
    mkdirSync(at('b'));
    writeFileSync(at('a', 'x'), '');
    linkSync(at('a', 'x'), at('a', 'y'));
    writeFileSync(at('a', 'across'), '');
    linkSync(at('a', 'across'), at('b', 'across'));
    writeFileSync(at('b', 'out'), '');
    linkSync(at('b', 'out'), join(place.folder, 'out'));

    const { hardLinks, extremes } = await assess();

    expect(hardLinks).toMatchObject({ groups: 3, names: 5, partlyOutside: 1, spanning: 1 });
    expect(hardLinks.spanningSamples).toEqual([{ names: 2, directories: ['a', 'b'] }]);
    expect(extremes.mostLinks.value).toBe(2);
  });

  test('distinguishes sparse files from dense ones', async () => {
    writeFileSync(at('dense'), Buffer.alloc(100_000, 1));
    execFileSync('truncate', ['-s', '10M', at('sparse')]);

    expect(await assess()).toMatchObject({ sparseFiles: 1, sparseAllocatedBytes: 0 });
  });

  test('leaves out excluded entries', async () => {
    makeTree(place.source, 7, 2);

    const summary = await assess({ excludes: { patterns: ['top-1/'], defaults: true } });

    expect(summary).toMatchObject({ excluded: 1, directories: 13 });
  });

  test('writes the summaries of all directories in path order', async () => {
    mkdirSync(at('a'));
    mkdirSync(at('a-b'));
    mkdirSync(at('a', 'c'));
    writeFileSync(at('a', 'c', 'f'), '12345');

    const { summariesPath } = await assess({ outDirectory: place.round });

    expect([...readDirectorySummaries(summariesPath!)]).toEqual([
      { path: '', entries: 2, bytes: 0 },
      { path: 'a', entries: 1, bytes: 0 },
      { path: 'a/c', entries: 1, bytes: 5 },
      { path: 'a-b', entries: 0, bytes: 0 },
    ]);
    expect(readdirSync(place.round)).toEqual(['directories']);
  });

  test('ends when it is interrupted', async () => {
    makeTree(place.source, 100, 2);
    const aborter = new AbortController();

    const assessed = assess({ signal: aborter.signal, onProgress: () => aborter.abort() });

    await expect(assessed).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});

describe('sorting directory summaries', () => {
  test('merges runs that were too long for memory', () => {
    const path = join(place.round, 'sorted');
    const sorter = new SummarySorter(path, 10);
    const paths = Array.from({ length: 95 }, (_, i) => `d${(i * 37) % 95}`);
    for (const name of paths) sorter.add({ path: name, entries: 1, bytes: 2 });

    sorter.finish();

    expect([...readDirectorySummaries(path)].map((summary) => summary.path)).toEqual(
      [...paths].sort(comparePaths),
    );
    expect(existsSync(`${path}.run-0`)).toBe(false);
  });
});
