/** The licence to delete, and to write, each condition by itself: what the contract of engines cannot reach. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Lease } from '../../../src/state/lease.ts';
import type { Round } from '../../../src/model/round.ts';
import { compileExcludes } from '../../../src/engines/posix/tree/excludes.ts';
import { copyJournalPath } from '../../../src/engines/posix/round/files.ts';
import { deletePassChunk } from '../../../src/engines/posix/steps/delete-pass.ts';
import { ThreadPool } from '../../../src/engines/posix/pool/pool.ts';
import { withRoots } from '../../../src/engines/posix/steps/step.ts';
import { LonghaulError } from '../../../src/errors/failure.ts';
import { CatalogReader } from '../../../src/catalog/reader.ts';
import { CatalogWriter } from '../../../src/catalog/writer.ts';
import { readJournal } from '../../../src/state/journal.ts';
import { directory, file, type TreeLiteral } from '../../support/trees/tree.ts';
import { expectSameTree } from '../../support/trees/oracle.ts';
import { openBench, type Bench } from '../contract.ts';
import { posix } from './bench.ts';

let bench: Bench;
afterEach(async () => {
  await bench.engine.dispose();
  rmSync(bench.root, { recursive: true, force: true });
});

const at = (path: string): string => join(bench.source, path);
const copied = (path: string): string => join(bench.destination, path);
const second: Partial<Round> = { number: 2 };
const many = (count: number): TreeLiteral =>
  Object.fromEntries([...Array(count).keys()].map((i) => [`f${i}`, file(`${i}`)]));

/** A first round is through; `happens`, and the second has scanned. */
async function scanned(tree: TreeLiteral, happens: () => void): Promise<void> {
  bench = openBench(posix, tree);
  await bench.round({ number: 1 });
  happens();
  await bench.engine.scan(bench.job(second));
  await bench.engine.copy(bench.job(second));
}

/** Held for so many checks, and then taken over. */
function lostAfter(checks: number): Lease {
  let done = 0;
  return {
    epoch: 1,
    check() {
      if (++done > checks) throw new LonghaulError('FENCED', 'taken over');
    },
  };
}

/** The pass itself, without the engine around it. */
function deletePass({ proveSource = () => {}, lease = lostAfter(1e9) }): Promise<unknown> {
  const pool = new ThreadPool({
    threads: 1,
    sourceRoot: bench.source,
    destinationRoot: bench.destination,
  });
  const job = { ...bench.job(second), lease };
  const options = {
    caps: { maxCount: 1e6, maxPercent: 100 },
    excludes: compileExcludes({ patterns: [], defaults: true }),
    proveSource,
  };
  return withRoots(pool, job.signal, (context) => deletePassChunk(job, options, context)).finally(
    () => pool.dispose(),
  );
}

describe('nothing is deleted', () => {
  test('in a directory that was not listed to its end', async () => {
    await scanned({ a: file('a'), b: file('b') }, () => rmSync(at('b')));
    const manifest = join(bench.job(second).store.roundDirectory, 'manifest');
    const reader = new CatalogReader(manifest);
    const blocks = [...reader.directories()];
    reader.close();
    const writer = new CatalogWriter(manifest);
    for (const block of blocks) writer.add({ ...block, complete: false });
    writer.finish();

    expect(await bench.engine.deletePass(bench.job(second))).toMatchObject({
      counters: { deleted: 0 },
    });
    expect(existsSync(copied('b'))).toBe(true);
  });

  test('that is at the source again when its turn comes', async () => {
    await scanned({ a: file('a'), b: file('b'), d: directory({ x: file('x') }) }, () => {
      rmSync(at('b'));
      rmSync(at('d'), { recursive: true });
    });
    writeFileSync(at('b'), 'again');
    mkdirSync(at('d'));

    const { counters } = await bench.engine.deletePass(bench.job(second));

    expect(counters).toMatchObject({ deleted: 0, kept: 2 });
    for (const path of ['b', 'd/x']) expect([path, existsSync(copied(path))]).toEqual([path, true]);
  });

  test('when another directory stands where the source was, not even what is gone there', async () => {
    await scanned({ a: file('a'), b: file('b') }, () => rmSync(at('b')));
    renameSync(bench.source, `${bench.source}.away`);
    mkdirSync(bench.source);
    writeFileSync(at('a'), 'another');

    await expect(bench.engine.deletePass(bench.job(second))).rejects.toMatchObject({
      code: 'SOURCE_CHANGED_IDENTITY',
    });
    expect(readdirSync(bench.destination).sort()).toEqual(['a', 'b']);
  });

  test('when another directory stands where the destination was', async () => {
    await scanned({ a: file('a'), b: file('b') }, () => rmSync(at('b')));
    renameSync(bench.destination, `${bench.destination}.away`);
    mkdirSync(bench.destination);
    writeFileSync(copied('theirs'), 'precious');

    await expect(bench.engine.deletePass(bench.job(second))).rejects.toMatchObject({
      code: 'DESTINATION_MISSING',
    });
    expect(readdirSync(bench.destination)).toEqual(['theirs']);
  });

  test('when the source is in doubt after everything was looked at', async () => {
    await scanned({ a: file('a'), b: file('b') }, () => rmSync(at('b')));

    await expect(
      deletePass({
        proveSource: () => {
          throw new Error('it was unmounted');
        },
      }),
    ).rejects.toMatchObject({ code: 'SOURCE_CHANGED_IDENTITY' });
    expect(existsSync(copied('b'))).toBe(true);
  });

  test('behind a link that stands where a directory was', async () => {
    await scanned({ d: directory({ x: file('x') }), keep: file('k') }, () => rmSync(at('d/x')));
    const outside = join(bench.root, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'x'), 'precious');
    renameSync(copied('d'), `${copied('d')}.aside`);
    symlinkSync(outside, copied('d'));

    await bench.engine.deletePass(bench.job(second)).catch(() => undefined);

    expect(existsSync(join(outside, 'x'))).toBe(true);
  });

  test('beyond the batch in hand when another worker has taken the chunk over', async () => {
    await scanned(many(300), () => {
      for (let f = 0; f < 299; f++) rmSync(at(`f${f}`));
    });

    await expect(deletePass({ lease: lostAfter(2) })).rejects.toMatchObject({ code: 'FENCED' });

    const left = readdirSync(bench.destination).length;
    expect(left).toBeLessThan(300);
    expect(left).toBeGreaterThan(200);
  });
});

test('a delete-pass that continues another one restores the times of all directories', async () => {
  const folders = [...Array(100).keys()].map((i) => `d${i}`);
  const tree = folders.map((name) => [name, directory({ kept: file('a'), gone: file('b') })]);
  await scanned(Object.fromEntries(tree) as TreeLiteral, () => {
    for (const name of folders) rmSync(at(`${name}/gone`));
  });
  await expect(deletePass({ lease: lostAfter(2) })).rejects.toMatchObject({ code: 'FENCED' });

  await deletePass({});

  expectSameTree(bench.source, bench.destination);
});

test('a copy that lost its lease while bytes were made durable says nothing in the journal', async () => {
  bench = openBench(posix, many(50));
  await bench.engine.scan(bench.job({ number: 1 }));

  for (const checks of [1, 2]) {
    const copying = bench.engine.copy(bench.job({ number: 1 }, { lease: lostAfter(checks) }));
    await expect(copying).rejects.toMatchObject({ code: 'FENCED' });
    expect([
      ...readJournal(copyJournalPath(bench.job({ number: 1 }).store.roundDirectory)),
    ]).toEqual([]);
  }
});

test('a verification that lost its lease says nothing in the journal', async () => {
  bench = openBench(posix, many(50));
  await bench.engine.scan(bench.job({ number: 1 }));
  await bench.engine.copy(bench.job({ number: 1 }));

  const verifying = bench.engine.verify(bench.job({ number: 1 }, { lease: lostAfter(1) }));

  await expect(verifying).rejects.toMatchObject({ code: 'FENCED' });
  expect([
    ...readJournal(join(bench.job({ number: 1 }).store.roundDirectory, 'verify.journal')),
  ]).toEqual([]);
});

test('a close that lost its lease leaves the catalog as it was', async () => {
  bench = openBench(posix, many(3));
  await bench.round({ number: 1 });
  const { catalogPath } = bench.job(second).store;
  const known = (): number => {
    const reader = new CatalogReader(catalogPath);
    try {
      return [...reader.directories()].flatMap(({ entries }) => entries).length;
    } finally {
      reader.close();
    }
  };
  writeFileSync(at('more'), 'more');
  for (const step of ['scan', 'copy', 'verify'] as const)
    await bench.engine[step](bench.job(second));

  await expect(
    bench.engine.close(bench.job(second, { lease: lostAfter(1) })),
  ).rejects.toMatchObject({ code: 'FENCED' });
  expect(known()).toBe(3);
});
