import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  buildWorklist,
  type WorklistOptions,
} from '../../../../src/engines/posix/round/build-worklist.ts';
import { readWorklist } from '../../../../src/engines/posix/round/worklist.ts';
import { dir, file, known, knownDir } from './entries.ts';
import type { DirectoryBlock, Entry } from '../../../../src/model/entry.ts';
import { CatalogWriter } from '../../../../src/catalog/writer.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'worklist-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

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

describe('buildWorklist', () => {
  test('adds every entry if there is no catalog', async () => {
    const { lines, counters } = await worklist(
      [listed('', dir('d'), file('f')), listed('d', file('g'))],
      undefined,
    );

    expect(lines).toEqual(['/d new', '/f new', 'd/g new']);
    expect(counters).toMatchObject({ new: 3, workBytes: 20, seenBytes: 20 });
  });

  const inodeOf = (name: string) => statSync(join(folder, name), { bigint: true }).ino;

  test('links the manifest if every entry is new, which reads as the same work', async () => {
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
    what                          | catalog                     | over
    ${'an entry is set aside'}    | ${undefined}                | ${{ setAside: 1 }}
    ${'set-aside is not counted'} | ${undefined}                | ${{ setAside: undefined }}
    ${'there are exceptions'}     | ${undefined}                | ${{ setAside: 0, exceptions: new Set(['f']) }}
    ${'there is a catalog'}       | ${[listed('', known('f'))]} | ${{ setAside: 0 }}
  `('compares entry by entry if $what', async ({ catalog, over }) => {
    await worklist(
      [listed('', file('f'))],
      catalog as DirectoryBlock[] | undefined,
      over as Partial<WorklistOptions>,
    );

    expect(inodeOf('worklist')).not.toBe(inodeOf('manifest'));
  });

  test('gives the reason for each entry and omits unchanged ones', async () => {
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

  test('keeps the digest only if the content did not change', async () => {
    const digest = new Uint8Array(32).fill(3);
    const { work } = await worklist(
      [listed('', file('a', { uid: 9 }), file('b', { sizeBytes: 1 }))],
      [listed('', known('a', { digest }), known('b', { digest }))],
    );

    expect(work[0]?.entries.map(({ digest: known }) => known)).toEqual([digest, undefined]);
  });

  test('adds the whole subtree of a directory that is gone', async () => {
    const { lines } = await worklist(
      [listed('')],
      [listed('', knownDir('d')), listed('d', knownDir('e')), listed('d/e', known('f'))],
    );

    expect(lines).toEqual(['/d gone', 'd/e gone', 'd/e/f gone']);
  });

  test('adds the subtree of a directory that became a file as gone', async () => {
    const { lines } = await worklist(
      [listed('', file('d'))],
      [listed('', knownDir('d')), listed('d', known('f'))],
    );

    expect(lines).toEqual(['/d changed', 'd/f gone']);
  });

  test('adds a vanished root of the chunk, with its subtree, as gone', async () => {
    const { lines } = await worklist(
      [cutShort('p', dir('root', { status: 'vanished', mode: 0 }))],
      [cutShort('p', knownDir('root')), listed('p/root', known('f'))],
    );

    expect(lines).toEqual(['p/root gone', 'p/root/f gone']);
  });

  test('adds entries below a directory that is not in the catalog itself as gone', async () => {
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
  `('adds nothing as gone if $what', async ({ manifest, unknown }) => {
    const { lines, counters } = await worklist(manifest as DirectoryBlock[], subtree);

    expect(lines.filter((line) => line.endsWith('gone'))).toEqual([]);
    expect(counters).toMatchObject({ gone: 0, unknown });
  });

  test('adds nothing as gone that belongs to another chunk now', async () => {
    const { lines, counters } = await worklist([listed('')], subtree, { without: ['d'] });

    expect(lines).toEqual([]);
    expect(counters).toMatchObject({ gone: 0, unknown: 0 });
  });

  test('ignores accepted exceptions and their subtrees, present or gone', async () => {
    const { lines, counters } = await worklist(
      [listed('', dir('d'), file('x')), listed('d', file('new'))],
      [listed('', knownDir('d'), known('y')), listed('d', known('f'))],
      { exceptions: new Set(['d', 'x', 'y']) },
    );

    expect(lines).toEqual([]);
    expect(counters).toMatchObject({ excepted: 5, gone: 0, new: 0 });
  });

  test('lists the mount points', async () => {
    const { counters } = await worklist(
      [listed('', dir('mnt', { status: 'excepted' }))],
      undefined,
    );

    expect(counters.mountPoints).toEqual(['mnt']);
  });
});
