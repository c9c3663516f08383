/** A directory that comes and goes: what was copied out of it while it itself was away. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { CatalogReader } from '../../../src/catalog/reader.ts';
import { CatalogWriter } from '../../../src/catalog/writer.ts';
import { expectSameTree } from '../../support/trees/oracle.ts';
import { directory, file } from '../../support/trees/tree.ts';
import { openBench, type Bench } from '../contract.ts';
import { posix } from './bench.ts';

let bench: Bench;
afterEach(async () => {
  await bench.engine.dispose();
  rmSync(bench.root, { recursive: true, force: true });
});

/** As a round leaves it that copied x/y, and found neither x nor y when those were due. */
function forgetDirectories(): void {
  const { catalogPath } = bench.job({ number: 1 }).store;
  const reader = new CatalogReader(catalogPath);
  const writer = new CatalogWriter(catalogPath);
  for (const block of reader.directories()) {
    const entries = block.entries.filter(({ name }) => name !== 'x' && name !== 'y');
    if (entries.length > 0) writer.add({ ...block, entries });
  }
  reader.close();
  writer.finish();
}

test('is deleted when the directory is gone, and blocks no round', async () => {
  bench = openBench(posix, {
    a: file('a'),
    x: directory({ y: directory({ f: file('f'), g: file('g') }) }),
  });
  await bench.round({ number: 1, kind: 'seed', deletes: false });
  forgetDirectories();
  rmSync(join(bench.source, 'x'), { recursive: true });

  const { sum: waiting } = await bench.round({ number: 2, deletes: false });
  expect(waiting).toMatchObject({ seen: 3, verified: 1, awaitingDelete: 2, blocked: 0 });

  const { sum } = await bench.round({ number: 3, kind: 'final' });
  expect(sum).toMatchObject({ deleted: 2, awaitingDelete: 0, blocked: 0 });
  expectSameTree(bench.source, bench.destination);
});
