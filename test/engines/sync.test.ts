/** `syncTree` and `compareTrees`: the engine without a server. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { compareTrees, type Difference } from '../../src/engines/posix/standalone/compare-trees.ts';
import {
  syncTree,
  type SyncOptions,
  type SyncReport,
} from '../../src/engines/posix/standalone/sync-tree.ts';
import { acl, nastyTree } from '../support/trees/nasty-tree.ts';
import { differences, expectSameTree } from '../support/trees/oracle.ts';
import {
  directory,
  file,
  hardLink,
  makeTree,
  sizesOfOpenFiles,
  symlink,
  type TreeLiteral,
} from '../support/trees/tree.ts';
import { alterKeepingTime } from './contract.ts';

let root: string;
let source: string;
let destination: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sync-'));
  [source, destination] = [join(root, 'a'), join(root, 'b')];
  mkdirSync(source);
  mkdirSync(destination);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const sync = (more: Partial<SyncOptions> = {}): Promise<SyncReport> =>
  syncTree({ source, destination, stateDirectory: join(root, 'state'), ...more });

describe('sync', () => {
  test('makes the trees equal, and keeps no state after a success', async () => {
    makeTree(source, nastyTree({ levels: 30 }));

    const report = await sync({ verify: true });

    expectSameTree(source, destination);
    expect(report).toMatchObject({ openCount: 0 });
    expect(readdirSync(join(root, 'state'))).toEqual([]);
  });

  test('copies nothing that is at the destination already', async () => {
    makeTree(source, { a: file('a'), d: directory({ b: file('b') }) });
    await sync();

    expect(await sync()).toMatchObject({ copiedBytes: 0, openCount: 0 });
    expectSameTree(source, destination);
  });

  test('deletes entries that are only at the destination with --delete, and keeps them without it', async () => {
    makeTree(source, { a: file('a'), b: file('b') });
    makeTree(destination, { extra: directory({ x: file('x') }) });

    await sync();
    expect(existsSync(join(destination, 'extra'))).toBe(true);

    expect(await sync({ delete: true, caps: { maxCount: 10, maxPercent: 100 } })).toMatchObject({
      deleted: 1,
    });
    expectSameTree(source, destination);
  });

  test('lists its actions in a dry run, and takes none', async () => {
    makeTree(source, { new: file('12345'), same: file('s'), d: directory({}) });
    makeTree(destination, { extra: file('x') });
    execFileSync('cp', ['-a', join(source, 'same'), destination]);
    const before = differences(source, destination);

    const { plan } = await sync({ dryRun: true, delete: true });

    expect(plan).toEqual([
      { action: 'copy', path: 'd/', bytes: 0 },
      { action: 'copy', path: 'new', bytes: 5 },
      { action: 'delete', path: 'extra', bytes: 0 },
    ]);
    expect(differences(source, destination)).toEqual(before);
  });

  test.each([
    ['the same directory', () => [source, source]],
    ['a destination inside the source', () => [source, join(source, 'in')]],
    ['a source inside the destination', () => [join(destination, 'in'), destination]],
    [
      'a destination inside what a symlink leads to',
      () => [join(destination, 'to'), join(source, 'in')],
    ],
  ])('refuses %s', async (_, trees) => {
    mkdirSync(join(source, 'in'));
    mkdirSync(join(destination, 'in'));
    symlinkSync(source, join(destination, 'to'));
    const [from, to] = trees() as [string, string];

    await expect(syncTree({ source: from, destination: to })).rejects.toMatchObject({
      code: 'USAGE',
    });
  });

  test('verifies the content of files that were there already', async () => {
    makeTree(source, { a: file('right'), b: file('b') });
    await sync();
    alterKeepingTime(join(destination, 'a'));

    expect(await sync({ verify: true })).toMatchObject({ verified: 2, openCount: 0 });
    expectSameTree(source, destination);
  });

  const many = (count: number): TreeLiteral =>
    Object.fromEntries([...Array(count).keys()].map((i) => [`f${i}`, file(`content ${i}`)]));

  /** Stopped when some entries are at the destination and some are not. */
  async function interrupted(): Promise<void> {
    makeTree(source, many(500));
    const interrupt = new AbortController();
    const running = sync({ signal: interrupt.signal, bytesPerSecond: 40 }); // minutes for it all
    const watch = setInterval(() => {
      if (readdirSync(destination).length > 5) interrupt.abort();
    }, 20);
    await expect(running).rejects.toMatchObject({ code: 'INTERRUPTED' });
    clearInterval(watch);
    expect(readdirSync(destination).length).toBeLessThan(100);
  }

  test('resumes after an interruption, and copies what changed meanwhile', async () => {
    await interrupted();
    writeFileSync(join(source, 'f0'), 'changed since');
    rmSync(join(source, 'f1'));

    expect(await sync({ delete: true })).toMatchObject({ openCount: 0 });
    expectSameTree(source, destination);
    expect(readdirSync(join(root, 'state'))).toEqual([]);
  });

  test('starts from the beginning after an interruption if the destination is another directory', async () => {
    await interrupted();
    rmSync(destination, { recursive: true });
    mkdirSync(destination);

    expect(await sync()).toMatchObject({ openCount: 0 });
    expectSameTree(source, destination);
  });

  test('removes nothing else from the folder it is given for its state', async () => {
    makeTree(root, { state: directory({ mine: file('precious') }) });
    makeTree(source, { a: file('a') });

    await sync();

    expect(readdirSync(join(root, 'state'))).toEqual(['mine']);
  });

  test.each([
    ['a file', () => writeFileSync(join(source, 'slow'), Buffer.alloc(24 * 2 ** 20, 1))],
    ['a file with holes', () => sparse(join(source, 'slow'), 24 * 2 ** 20)],
    ['a large file', () => writeFileSync(join(source, 'slow'), Buffer.alloc(80 * 2 ** 20, 1))],
  ])('stops in the middle of %s on a slow link, and resumes later', async (_what, make) => {
    make();
    const interrupt = new AbortController();
    const look = setInterval(() => {
      if (sizesOfOpenFiles(destination).length > 0) interrupt.abort();
    }, 20);

    const slow = sync({ bytesPerSecond: 2 ** 20, signal: interrupt.signal });
    await expect(slow).rejects.toMatchObject({ code: 'INTERRUPTED' });
    clearInterval(look);

    expect(existsSync(join(destination, 'slow'))).toBe(false);
    expect(bytesUnderWay()).toBeLessThan(20 * 2 ** 20);
    await sync();
    expectSameTree(source, destination);
  });

  test('rejects a source that does not exist', async () => {
    await expect(syncTree({ source: join(root, 'none'), destination })).rejects.toMatchObject({
      code: 'SOURCE_MISSING',
    });
  });

  test('gives a file no access list that its directory would hand down', async () => {
    const list = acl([
      [1, 7],
      [2, 4, 1234],
      [4, 5],
      [16, 7],
      [32, 0],
    ]);
    const folder = directory({}, { xattrs: { 'system.posix_acl_default': list } });
    makeTree(source, { late: file('x'), d: folder });
    await sync();
    renameSync(join(source, 'late'), join(source, 'd/late')); // moved in, so it has no list

    await sync({ delete: true });

    expectSameTree(source, destination);
  });

  test('follows no symlink at the destination', async () => {
    const outside = join(root, 'outside');
    mkdirSync(outside);
    makeTree(source, { d: directory({ f: file('new') }) });
    symlinkSync(outside, join(destination, 'd'));

    await sync();

    expect(existsSync(join(outside, 'f'))).toBe(false);
    expectSameTree(source, destination);
  });

  test('keeps to its bandwidth', async () => {
    makeTree(source, { a: file('x'.repeat(300_000)) });
    const startedAt = Date.now();

    await sync({ bytesPerSecond: 200_000 });

    expect(Date.now() - startedAt).toBeGreaterThan(1_300);
    expectSameTree(source, destination);
  });
});

describe('compareTrees', () => {
  const found = async (): Promise<string[]> => {
    const all: Difference[] = [];
    for await (const difference of compareTrees(source, destination)) all.push(difference);
    return all
      .filter(({ path, what }) => !(path === '.' && what === 'time'))
      .map(({ path, what }) => `${path}: ${what}`)
      .sort();
  };
  const tree: TreeLiteral = {
    a: file('content'),
    d: directory({ x: file('x'), l: symlink('x') }),
    h1: file('h'),
    h2: hardLink('h1'),
  };

  test('finds equal trees equal', async () => {
    makeTree(source, tree);
    execFileSync('cp', ['-a', `${source}/.`, destination]);

    expect(await found()).toEqual([]);
  });

  test.each<[string, () => void, string[]]>([
    ['a flipped byte', () => alterKeepingTime(join(destination, 'a')), ['a: content']],
    ['a missing file', () => rmSync(join(destination, 'a')), ['a: only in the first']],
    ['an extra file', () => writeFileSync(join(destination, 'e'), ''), ['e: only in the second']],
    ['a changed mode', () => execFileSync('chmod', ['600', join(destination, 'a')]), ['a: mode']],
    [
      'another time',
      () => execFileSync('touch', ['-d', '@1.5', join(destination, 'a')]),
      ['a: time'],
    ],
    ['another owner', () => execFileSync('chown', ['7:8', join(destination, 'a')]), ['a: owner']],
    [
      'a broken hard link',
      () => execFileSync('sh', ['-c', 'cp -p h2 h3 && mv h3 h2'], { cwd: destination }),
      ['h1: hard links'],
    ],
    [
      'an attribute',
      () => execFileSync('setfattr', ['-n', 'user.k', '-v', 'v', join(destination, 'a')]),
      ['a: attributes'],
    ],
  ])('finds %s', async (_, alter, expected) => {
    makeTree(source, tree);
    execFileSync('cp', ['-a', `${source}/.`, destination]);

    alter();

    expect(await found()).toEqual(expected);
  });
});

/** Data, a hole of a block, data. */
function sparse(path: string, dataBytes: number): void {
  writeFileSync(path, Buffer.alloc(dataBytes, 1));
  truncateSync(path, dataBytes + 2 ** 20);
  appendFileSync(path, 'end');
}

/** In what stands at the destination under temporary names. */
function bytesUnderWay(): number {
  const names = readdirSync(destination).filter((name) => name.startsWith('.longhaul-'));
  return names.reduce((sum, name) => sum + statSync(join(destination, name)).size, 0);
}
