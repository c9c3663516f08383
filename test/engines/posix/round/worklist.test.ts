import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { compareEntries } from '../../../../src/engines/posix/round/decide.ts';
import {
  buildWorklist,
  readWorklist,
  type WorklistOptions,
} from '../../../../src/engines/posix/round/worklist.ts';
import type { DirectoryBlock, Entry } from '../../../../src/model/entry.ts';
import { CatalogWriter } from '../../../../src/catalog/writer.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'worklist-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, over: Partial<Entry> = {}): Entry => ({
  name,
  mode: 0o100644,
  sizeBytes: 10,
  mtimeSeconds: 1000,
  mtimeNanoseconds: 1,
  ctimeSeconds: 2000,
  ctimeNanoseconds: 2,
  inode: 5n,
  nlink: 1,
  uid: 0,
  gid: 0,
  status: 'seen',
  ...over,
});
const known = (name: string, over: Partial<Entry> = {}) =>
  file(name, { status: 'verified', ...over });
const DIR = 0o040755;
const dir = (name: string, over: Partial<Entry> = {}) => file(name, { mode: DIR, ...over });
const knownDir = (name: string) => dir(name, { status: 'verified' });
const listed = (path: string, ...entries: Entry[]): DirectoryBlock => ({
  path,
  complete: true,
  entries,
});
const cutShort = (path: string, ...entries: Entry[]): DirectoryBlock => ({
  path,
  complete: false,
  entries,
});

async function worklist(
  manifest: DirectoryBlock[],
  catalog: DirectoryBlock[] | undefined,
  over: Partial<WorklistOptions> = {},
) {
  const catalogPath = join(folder, 'catalog');
  rmSync(catalogPath, { force: true });
  for (const [path, blocks] of [
    [join(folder, 'manifest'), manifest],
    [catalogPath, catalog],
  ] as const) {
    if (!blocks) continue;
    const writer = new CatalogWriter(path);
    for (const block of blocks) writer.add(block);
    writer.finish();
  }
  const counters = await buildWorklist({
    catalogPath,
    roundDirectory: folder,
    ...over,
  });
  const work = [...readWorklist(folder)];
  const lines = work.flatMap(({ path, entries, gone }) => [
    ...entries.map(({ name, status }) => `${path}/${name} ${status}`),
    ...gone.map(({ name }) => `${path}/${name} gone`),
  ]);
  return { counters, work, lines };
}

describe('an entry against what the catalog knows', () => {
  test.each`
    what                                 | over                                 | was                              | expected
    ${'nothing differs'}                 | ${{}}                                | ${{}}                            | ${undefined}
    ${'the size differs'}                | ${{ sizeBytes: 11 }}                 | ${{}}                            | ${'changed'}
    ${'one nanosecond of mtime differs'} | ${{ mtimeNanoseconds: 2 }}           | ${{}}                            | ${'changed'}
    ${'another file under the name'}     | ${{ inode: 6n, ctimeSeconds: 2001 }} | ${{}}                            | ${'changed'}
    ${'only the inode number differs'}   | ${{ inode: 6n }}                     | ${{}}                            | ${undefined}
    ${'the kind differs'}                | ${{ mode: 0o120777 }}                | ${{}}                            | ${'changed'}
    ${'only ctime differs'}              | ${{ ctimeNanoseconds: 3 }}           | ${{}}                            | ${'metadata'}
    ${'the mode differs'}                | ${{ mode: 0o100600 }}                | ${{}}                            | ${'metadata'}
    ${'the owner differs'}               | ${{ uid: 1 }}                        | ${{}}                            | ${'metadata'}
    ${'a directory with another mtime'}  | ${{ mode: DIR, mtimeSeconds: 1 }}    | ${{ mode: DIR }}                 | ${'metadata'}
    ${'it drifted last time'}            | ${{}}                                | ${{ status: 'drifted' }}         | ${'retry'}
    ${'it was blocked last time'}        | ${{}}                                | ${{ status: 'blocked' }}         | ${'retry'}
    ${'it was never read back'}          | ${{}}                                | ${{ status: 'unverified' }}      | ${'retry'}
    ${'it drifted and changed again'}    | ${{ sizeBytes: 11 }}                 | ${{ status: 'drifted' }}         | ${'changed'}
    ${'it was excluded last time'}       | ${{}}                                | ${{ status: 'excluded' }}        | ${'new'}
    ${'it is back before its delete'}    | ${{}}                                | ${{ status: 'awaiting delete' }} | ${'retry'}
  `('$what: $expected', ({ over, was, expected }) => {
    expect(
      compareEntries(file('a', over as Partial<Entry>), known('a', was as Partial<Entry>)),
    ).toBe(expected);
  });
});

describe('a worklist', () => {
  test('has everything when nothing is known', async () => {
    const { lines, counters } = await worklist(
      [listed('', dir('d'), file('f')), listed('d', file('g'))],
      undefined,
    );

    expect(lines).toEqual(['/d new', '/f new', 'd/g new']);
    expect(counters).toMatchObject({ new: 3, workBytes: 20, seenBytes: 20 });
  });

  const inodeOf = (name: string) => statSync(join(folder, name), { bigint: true }).ino;

  test('is the manifest itself when all of it is new, and is read as the same work', async () => {
    const manifest = [
      listed('', dir('d'), file('f', { nlink: 2 }), file('l', { mode: 0o120777 })),
      listed('d', file('g'), file('h', { sizeBytes: 2 ** 33 })),
      listed('d/empty'),
    ];
    const made = await worklist(manifest, undefined);
    expect(inodeOf('worklist')).not.toBe(inodeOf('manifest'));

    const linked = await worklist(manifest, undefined, { setAside: 0 });

    expect(inodeOf('worklist')).toBe(inodeOf('manifest'));
    expect(linked).toEqual(made);
  });

  test.each`
    what                         | catalog                     | over
    ${'something is set aside'}  | ${undefined}                | ${{ setAside: 1 }}
    ${'that was not counted'}    | ${undefined}                | ${{ setAside: undefined }}
    ${'exceptions are in force'} | ${undefined}                | ${{ setAside: 0, exceptions: new Set(['f']) }}
    ${'there is a catalog'}      | ${[listed('', known('f'))]} | ${{ setAside: 0 }}
  `('is made entry by entry when $what', async ({ catalog, over }) => {
    await worklist(
      [listed('', file('f'))],
      catalog as DirectoryBlock[] | undefined,
      over as Partial<WorklistOptions>,
    );

    expect(inodeOf('worklist')).not.toBe(inodeOf('manifest'));
  });

  test('says of each name what there is to do, and leaves out what is the same', async () => {
    const { lines, counters } = await worklist(
      [
        listed(
          '',
          file('changed', { sizeBytes: 7 }),
          file('excepted', { status: 'excepted' }),
          file('excluded', { status: 'excluded' }),
          file('new'),
          file('same'),
          file('touched', { uid: 9 }),
        ),
      ],
      [listed('', known('changed'), known('gone'), known('same'), known('touched'))],
    );

    expect(lines).toEqual(['/changed changed', '/new new', '/touched metadata', '/gone gone']);
    expect(counters).toMatchObject({
      ...{ new: 1, changed: 1, metadata: 1, gone: 1, same: 1, excluded: 1, excepted: 1 },
      ...{ workBytes: 17, unknown: 0 },
    });
  });

  test('keeps the digest of content that did not change, and of no other', async () => {
    const digest = new Uint8Array(32).fill(3);
    const { work } = await worklist(
      [listed('', file('a', { uid: 9 }), file('b', { sizeBytes: 1 }))],
      [listed('', known('a', { digest }), known('b', { digest }))],
    );

    expect(work[0]?.entries.map(({ digest: known }) => known)).toEqual([digest, undefined]);
  });

  test('has the whole subtree of a directory that is gone', async () => {
    const { lines } = await worklist(
      [listed('')],
      [listed('', knownDir('d')), listed('d', knownDir('e')), listed('d/e', known('f'))],
    );

    expect(lines).toEqual(['/d gone', 'd/e gone', 'd/e/f gone']);
  });

  test('has the subtree of a directory that became a file as gone', async () => {
    const { lines } = await worklist(
      [listed('', file('d'))],
      [listed('', knownDir('d')), listed('d', known('f'))],
    );

    expect(lines).toEqual(['/d changed', 'd/f gone']);
  });

  test('has a root of the chunk that vanished, with its subtree, as gone', async () => {
    const { lines } = await worklist(
      [cutShort('p', dir('root', { status: 'vanished', mode: 0 }))],
      [cutShort('p', knownDir('root')), listed('p/root', known('f'))],
    );

    expect(lines).toEqual(['p/root gone', 'p/root/f gone']);
  });

  test('has what is left of a directory that is itself no longer in the catalog as gone', async () => {
    const left = [listed('', known('x')), listed('d/e', known('f')), listed('d/e/g', known('h'))];

    expect((await worklist([listed('', file('x'))], left)).lines).toEqual([
      'd/e/f gone',
      'd/e/g/h gone',
    ]);

    for (const manifest of [
      [cutShort('')],
      [listed('', dir('d'))],
      [listed('', dir('d')), cutShort('d')],
    ])
      expect((await worklist(manifest, left)).lines).not.toContain('d/e/f gone');
    const { counters } = await worklist([listed('')], left, { without: ['d'] });
    expect(counters).toMatchObject({ unknown: 0, gone: 1 });
  });

  const subtree = [
    listed('', knownDir('d')),
    listed('d', knownDir('e'), known('f')),
    listed('d/e', known('g')),
  ];
  test.each`
    what                                      | manifest                                              | unknown
    ${'the listing was cut short'}            | ${[cutShort('')]}                                     | ${4}
    ${'the directory could not be listed'}    | ${[listed('', dir('d')), cutShort('d')]}              | ${3}
    ${'the directory was seen but not found'} | ${[listed('', dir('d'))]}                             | ${3}
    ${'the directory could not be stat-ed'}   | ${[cutShort('', dir('d', { status: 'unreadable' }))]} | ${3}
    ${'the directory is excluded now'}        | ${[listed('', dir('d', { status: 'excluded' }))]}     | ${0}
    ${'another device is mounted on it'}      | ${[listed('', dir('d', { status: 'excepted' }))]}     | ${0}
  `('takes nothing for gone when $what', async ({ manifest, unknown }) => {
    const { lines, counters } = await worklist(manifest as DirectoryBlock[], subtree);

    expect(lines.filter((line) => line.endsWith('gone'))).toEqual([]);
    expect(counters).toMatchObject({ gone: 0, unknown });
  });

  test('takes nothing for gone that belongs to another chunk now', async () => {
    const { lines, counters } = await worklist([listed('')], subtree, { without: ['d'] });

    expect(lines).toEqual([]);
    expect(counters).toMatchObject({ gone: 0, unknown: 0 });
  });

  test('leaves accepted exceptions and their subtrees alone, there or gone', async () => {
    const { lines, counters } = await worklist(
      [listed('', dir('d'), file('x')), listed('d', file('new'))],
      [listed('', knownDir('d'), known('y')), listed('d', known('f'))],
      { exceptions: new Set(['d', 'x', 'y']) },
    );

    expect(lines).toEqual([]);
    expect(counters).toMatchObject({ excepted: 5, gone: 0, new: 0 });
  });

  test('names the mount points', async () => {
    const { counters } = await worklist(
      [listed('', dir('mnt', { status: 'excepted' }))],
      undefined,
    );

    expect(counters.mountPoints).toEqual(['mnt']);
  });
});
