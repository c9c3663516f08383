/** `longhaul sync` from file systems that report what others do not: devices, file types. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { syncTree, type SyncReport } from '../../src/engines/posix/standalone/sync-tree.ts';
import {
  bindMount,
  closeMounts,
  imageMount,
  mountMissing,
  overlayMount,
  smallMount,
} from '../support/trees/mounts.ts';
import { expectSameTree } from '../support/trees/oracle.ts';

let root: string;
let destination: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'file-systems-'));
  destination = join(root, 'destination');
  mkdirSync(destination);
});
afterEach(async () => {
  await closeMounts();
  rmSync(root, { recursive: true, force: true });
});

const sync = (source: string): Promise<SyncReport> =>
  syncTree({ source, destination, stateDirectory: join(root, 'state') });

const mounted = mountMissing === undefined ? test : test.skip;

describe('longhaul sync', () => {
  mounted('copies the files of an overlay whose layers lie on two file systems', async () => {
    const source = overlayMount(join(root, 'overlay')).path;
    mkdirSync(join(source, 'folder'));
    writeFileSync(join(source, 'folder/file'), 'content');

    await sync(source);

    expect(readFileSync(join(destination, 'folder/file'), 'utf8')).toBe('content');
    expectSameTree(source, destination);
  });

  mounted('copies a file that is mounted by itself', async () => {
    const source = join(root, 'source');
    const other = smallMount(join(root, 'other'), '1m');
    mkdirSync(source);
    for (const path of [join(other.path, 'file'), join(source, 'file')]) writeFileSync(path, path);
    bindMount(join(other.path, 'file'), join(source, 'file'));

    await sync(source);

    expect(readFileSync(join(destination, 'file'), 'utf8')).toBe(join(other.path, 'file'));
  });

  mounted(
    'copies a tree whose listings carry no file types and names that are no text',
    async () => {
      const source = imageMount(join(root, 'untyped'), [
        'mkfs.ext4',
        '-q',
        '-F',
        '-O',
        '^filetype',
      ]);
      rmSync(join(source.path, 'lost+found'), { recursive: true });
      writeFileSync(
        Buffer.concat([Buffer.from(`${source.path}/`), Buffer.from([0xff, 0xfe])]),
        'content',
      );

      await sync(source.path);

      expectSameTree(source.path, destination);
    },
  );
});
