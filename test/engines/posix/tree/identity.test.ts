import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { sameTree, treeIdentity } from '../../../../src/engines/posix/tree/identity.ts';
import { type TreeIdentity } from '../../../../src/model/tree-identity.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'identity-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the identity of a tree', () => {
  test('stays the same while the tree changes', () => {
    writeFileSync(join(folder, 'a'), '');
    const recorded = treeIdentity(folder);
    writeFileSync(join(folder, 'b'), '');

    expect(sameTree(recorded, treeIdentity(folder))).toMatchObject({ same: true });
  });

  test('changes when the directory is replaced', () => {
    const tree = join(folder, 'tree');
    mkdirSync(tree);
    const recorded = treeIdentity(tree);
    renameSync(tree, join(folder, 'old'));
    mkdirSync(tree);

    expect(sameTree(recorded, treeIdentity(tree))).toMatchObject({
      same: false,
      code: 'SOURCE_CHANGED_IDENTITY',
    });
  });

  test('counts as missing when the tree is empty and was not', () => {
    writeFileSync(join(folder, 'a'), '');
    const recorded = treeIdentity(folder);
    rmSync(join(folder, 'a'));

    expect(sameTree(recorded, treeIdentity(folder))).toMatchObject({
      same: false,
      code: 'SOURCE_MISSING',
    });
  });

  test('names the file system type and the mount source', () => {
    const { fsType, mountSource, device } = treeIdentity('/proc');

    expect({ fsType, mountSource }).toEqual({ fsType: 'proc', mountSource: 'proc' });
    expect(device).toMatch(/^0:\d+$/);
  });

  const nfs: TreeIdentity = {
    fsType: 'nfs4',
    mountSource: 'server:/a',
    device: '0:45',
    rootInode: '128',
    hasEntries: true,
  };
  const disk: TreeIdentity = { ...nfs, fsType: 'xfs', mountSource: '/dev/sdb1', device: '8:17' };
  test.each`
    what                                                | recorded | found                                                    | same
    ${'mounted again under another device number'}      | ${nfs}   | ${{ ...nfs, device: '0:51' }}                            | ${true}
    ${'another export that got the same device number'} | ${nfs}   | ${{ ...nfs, mountSource: 'server:/b' }}                  | ${false}
    ${'another root inode of the same mount'}           | ${nfs}   | ${{ ...nfs, rootInode: '2' }}                            | ${false}
    ${'the same disk under another name'}               | ${disk}  | ${{ ...disk, mountSource: '/dev/root' }}                 | ${true}
    ${'another disk'}                                   | ${disk}  | ${{ ...disk, device: '8:18', mountSource: '/dev/sdb2' }} | ${false}
  `('$what: same = $same', (row) => {
    const { recorded, found, same } = row as {
      recorded: TreeIdentity;
      found: TreeIdentity;
      same: boolean;
    };

    expect(sameTree(recorded, found).same).toBe(same);
  });
});

describe('looking at a tree that is not there', () => {
  test.each([
    ['a missing root', 'gone', undefined],
    ['a root that is a file', 'file', undefined],
    ['a missing marker', '.', 'marker'],
  ])('fails as SOURCE_MISSING on %s', (_, path, marker) => {
    writeFileSync(join(folder, 'file'), '');

    expect(() => treeIdentity(join(folder, path), marker)).toThrow(
      expect.objectContaining({ code: 'SOURCE_MISSING' }),
    );
  });
});
