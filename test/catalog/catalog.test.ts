import { mkdtempSync, readFileSync, rmSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ENTRY_STATUSES, type DirectoryBlock, type Entry } from '../../src/model/entry.ts';
import { mergeJoin } from '../../src/catalog/merge.ts';
import { CatalogReader } from '../../src/catalog/reader.ts';
import { CatalogWriter } from '../../src/catalog/writer.ts';
import { comparePaths } from '../../src/paths.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'catalog-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const fileNamed = (name: string, over: Partial<Entry> = {}): Entry => ({
  name,
  mode: 0o100644,
  sizeBytes: 10,
  mtimeSeconds: 1_700_000_000,
  mtimeNanoseconds: 5,
  ctimeSeconds: 1_700_000_000,
  ctimeNanoseconds: 5,
  inode: 7n,
  nlink: 1,
  uid: 0,
  gid: 0,
  status: 'seen',
  ...over,
});

function write(path: string, directories: Iterable<DirectoryBlock>) {
  const writer = new CatalogWriter(path);
  for (const directory of directories) writer.add(directory);
  return writer.finish();
}
function readAll(path: string, from?: string): DirectoryBlock[] {
  const reader = new CatalogReader(path);
  try {
    return [...reader.directories(from)];
  } finally {
    reader.close();
  }
}

// --- arbitrary catalogs: names are any bytes but '/' and NUL
const name = fc
  .uint8Array({ min: 1, max: 255, minLength: 1, maxLength: 255 })
  .map((bytes) => Buffer.from(bytes).toString('latin1').replaceAll('/', '0'));
const seconds = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 33 }),
  fc.constantFrom(0, -1, 2 ** 50, 2 ** 50 + 2, -(2 ** 50) - 2, -(2 ** 62), 2 ** 62),
);
const nanoseconds = fc.integer({ min: 0, max: 999_999_999 });
const u32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const entry: fc.Arbitrary<Entry> = fc
  .record({
    name,
    mode: fc.integer({ min: 0, max: 65535 }),
    sizeBytes: fc.oneof(fc.nat(), fc.constantFrom(2 ** 53 - 1, 2 ** 62)),
    mtimeSeconds: seconds,
    mtimeNanoseconds: nanoseconds,
    ctimeSeconds: seconds,
    ctimeNanoseconds: nanoseconds,
    inode: fc.oneof(fc.bigInt(0n, 2n ** 64n - 1n), fc.bigInt(0n, 1000n)),
    nlink: u32,
    uid: u32,
    gid: u32,
    status: fc.constantFrom(...ENTRY_STATUSES),
  })
  .chain((fields) =>
    fc.option(fc.uint8Array({ minLength: 32, maxLength: 32 })).map((digest) => ({
      ...fields,
      ...(digest === null ? {} : { digest }),
    })),
  );
const directory = fc.record({
  path: fc.array(name, { maxLength: 4 }).map((names) => names.join('/')),
  complete: fc.boolean(),
  entries: fc
    .uniqueArray(entry, { selector: (e) => e.name, maxLength: 8 })
    .map((entries) => entries.sort((a, b) => (a.name < b.name ? -1 : 1))),
});
const catalog = fc
  .uniqueArray(directory, { selector: (d) => d.path, maxLength: 8 })
  .map((directories) => directories.sort((a, b) => comparePaths(a.path, b.path)));

describe('a catalog file', () => {
  test('gives back what was written, whatever the names, times, inodes and digests', () => {
    fc.assert(
      fc.property(catalog, (directories) => {
        const path = join(folder, 'any');
        const totals = write(path, directories);

        expect(readAll(path)).toEqual(directories);
        expect(totals.entries).toBe(directories.reduce((sum, d) => sum + d.entries.length, 0));
      }),
    );
  });

  test('takes files that together say to have more bytes than 64 bits can', () => {
    const path = join(folder, 'holes');
    const entries = Array.from({ length: 6 }, (_, i) =>
      fileNamed(`file-${i}`, { sizeBytes: 2 ** 62 }),
    );
    const totals = write(path, [{ path: '', complete: true, entries }]);

    expect(totals.bytes).toBe(2 ** 63);
    expect(readAll(path)[0]?.entries).toEqual(entries);
  });

  test('gives the same in columns, also when it is not deflated', () => {
    fc.assert(
      fc.property(catalog, fc.constantFrom<(0 | 1)[]>(0, 1), (directories, level) => {
        const path = join(folder, 'columns');
        const writer = new CatalogWriter(path, ENTRY_STATUSES, level);
        for (const directory of directories) writer.add(directory);
        writer.finish();
        const reader = new CatalogReader(path);
        const columns = [...reader.columns()];
        reader.close();

        expect(readAll(path)).toEqual(directories);
        expect(columns).toEqual(
          directories.map(({ path, entries }) => ({
            path,
            names: entries.map(({ name }) => name),
            modes: entries.map(({ mode }) => mode),
            sizesBytes: entries.map(({ sizeBytes }) => sizeBytes),
          })),
        );
      }),
    );
  });

  test('throws and never gives other data when any byte is damaged', () => {
    const path = join(folder, 'damaged');
    const original = Array.from({ length: 30 }, (_, i) => ({
      path: `d${String(i).padStart(2, '0')}`,
      complete: true,
      entries: [fileNamed('a', { sizeBytes: i }), fileNamed('b', { digest: Buffer.alloc(32, i) })],
    }));
    write(path, original);
    const intact = readFileSync(path);
    const survivors: number[] = [];

    for (let at = 0; at < intact.length; at++) {
      const damaged = Buffer.from(intact);
      damaged[at]! ^= 1 << (at % 8);
      writeFileSync(path, damaged);
      try {
        readAll(path);
        survivors.push(at);
      } catch (thrown) {
        expect(thrown).toMatchObject({ code: 'CATALOG_DAMAGED' });
      }
    }

    expect(survivors).toEqual([]);
  });

  test('throws when it is cut off at any length', () => {
    const path = join(folder, 'cut');
    write(path, [{ path: '', complete: true, entries: [fileNamed('a')] }]);
    const intact = readFileSync(path);

    for (let length = 0; length < intact.length; length++) {
      writeFileSync(path, intact.subarray(0, length));
      expect(() => readAll(path)).toThrow(expect.objectContaining({ code: 'CATALOG_DAMAGED' }));
    }
  });

  test('has its name only when it is whole', () => {
    const path = join(folder, 'late');
    const writer = new CatalogWriter(path);
    writer.add({ path: '', complete: true, entries: [fileNamed('a')] });

    expect(existsSync(path)).toBe(false);
    writer.finish();
    expect(readAll(path)).toHaveLength(1);
    expect(existsSync(`${path}.partial`)).toBe(false);
  });

  test('leaves the old file alone when it is discarded', () => {
    const path = join(folder, 'kept');
    write(path, [{ path: '', complete: true, entries: [fileNamed('old')] }]);
    const writer = new CatalogWriter(path);
    writer.add({ path: '', complete: true, entries: [fileNamed('new')] });

    writer.discard();

    expect(readAll(path)[0]?.entries[0]?.name).toBe('old');
  });

  test.each([
    ['directories', ['b', 'a']],
    ['the same directory', ['a', 'a']],
  ])('refuses %s out of order', (_, paths) => {
    const writer = new CatalogWriter(join(folder, 'order'));

    expect(() => {
      for (const path of paths) writer.add({ path, complete: true, entries: [] });
    }).toThrow(expect.objectContaining({ code: 'BUG' }));
    writer.discard();
  });

  test('refuses names out of order', () => {
    const writer = new CatalogWriter(join(folder, 'order'));

    expect(() =>
      writer.add({ path: '', complete: true, entries: [fileNamed('b'), fileNamed('a')] }),
    ).toThrow(expect.objectContaining({ code: 'BUG' }));
    writer.discard();
  });

  test('holds a directory that is larger than a block, in one piece for its reader', () => {
    const path = join(folder, 'large');
    const entries = Array.from({ length: 100_000 }, (_, i) =>
      fileNamed(`${String(i * 7919).padStart(12, '0')}`, { inode: BigInt(i * 104729) }),
    );
    const written = [
      { path: 'a', complete: true, entries: [fileNamed('x')] },
      { path: 'b', complete: false, entries },
      { path: 'c', complete: true, entries: [] },
    ];
    const totals = write(path, written);

    const found = readAll(path);

    expect(found.map((d) => [d.path, d.complete, d.entries.length])).toEqual([
      ['a', true, 1],
      ['b', false, 100_000],
      ['c', true, 0],
    ]);
    expect(found[1]?.entries[99_999]).toEqual(entries[99_999]);
    expect(totals).toEqual({ directories: 3, entries: 100_001, bytes: 1_000_010 });
    expect(readAll(path, 'b').map((d) => d.path)).toEqual(['b', 'c']);
  });
});

describe('seeking in a catalog', () => {
  const leaf = (i: number) => `d${String(i).padStart(4, '0')}`;

  test('finds each directory through the index and no other', () => {
    const path = join(folder, 'seek');
    const entries = Array.from({ length: 300 }, (_, i) =>
      fileNamed(`file-${String(i).padStart(4, '0')}`, { digest: Buffer.alloc(32, i) }),
    );
    write(
      path,
      Array.from({ length: 400 }, (_, i) => ({ path: leaf(i * 2), complete: true, entries })),
    );
    const reader = new CatalogReader(path);

    for (const i of [0, 1, 199, 398, 399]) {
      expect(reader.directory(leaf(i * 2))?.path).toBe(leaf(i * 2));
      expect(reader.directory(leaf(i * 2 + 1))).toBeUndefined();
    }
    reader.close();
    expect([...pathsFrom(path, leaf(795))]).toEqual([leaf(796), leaf(798)]);
  });

  function* pathsFrom(path: string, from: string) {
    for (const found of readAll(path, from)) yield found.path;
  }
});

describe('a merge-join', () => {
  test('pairs every directory of either side once, in order', () => {
    fc.assert(
      fc.property(catalog, catalog, (as, bs) => {
        const pairs = [...mergeJoin(as, bs)];

        expect(pairs.flatMap(({ found }) => found ?? [])).toEqual(as);
        expect(pairs.flatMap(({ known }) => known ?? [])).toEqual(bs);
        expect(pairs.map(({ path }) => path)).toEqual(
          [...new Set([...as, ...bs].map((d) => d.path))].sort(comparePaths),
        );
      }),
    );
  });
});

describe('the size of a catalog', () => {
  test('is at most 14 bytes an entry', () => {
    const path = join(folder, 'size');
    let state = 1;
    const random = (below: number) => (state = (state * 48271) % 2147483647) % below;
    const directories = Array.from({ length: 200 }, (_, d) => ({
      path: `a${d >> 5}/b${String(d).padStart(4, '0')}`,
      complete: true,
      entries: Array.from({ length: 100 }, (_, i) => {
        const mtimeNanoseconds = random(1e9);
        return fileNamed(`file-${String(d * 100 + i).padStart(7, '0')}.dat`, {
          sizeBytes: random(60_000),
          mtimeSeconds: 1_700_000_000 + d * 3 + (i >> 5),
          ctimeSeconds: 1_700_000_000 + d * 3 + (i >> 5),
          mtimeNanoseconds,
          ctimeNanoseconds: mtimeNanoseconds,
          inode: BigInt(100_000 + d * 128 + i),
        });
      }),
    }));
    write(path, directories);

    expect(statSync(path).size / 20_000).toBeLessThan(14);
  });
});
