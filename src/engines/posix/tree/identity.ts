/**
 * Identifies trees by mount and root inode. An unmounted source looks like an empty directory, and a
 * wrong mount like a tree in which everything was deleted, so the identity is checked before anything is
 * listed, copied or deleted.
 */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  opendirSync,
  openSync,
  readFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Code } from '../../../errors/codes.ts';
import { LonghaulError, toFailure } from '../../../errors/failure.ts';
import type { TreeIdentity } from '../../../model/tree-identity.ts';

export type SameTree =
  | { readonly same: true; readonly because: string }
  | {
      readonly same: false;
      readonly because: string;
      readonly code: 'SOURCE_CHANGED_IDENTITY' | 'SOURCE_MISSING';
    };

/**
 * Identifies the tree at `rootPath`. Throws `missing` if the tree, or the marker in it, does not exist,
 * and a transient code if the link is down.
 */
export function treeIdentity(
  rootPath: string,
  marker?: string,
  missing: Code = 'SOURCE_MISSING',
): TreeIdentity {
  const fd = attempt(rootPath, missing, () =>
    openSync(rootPath, constants.O_RDONLY | constants.O_DIRECTORY),
  );
  try {
    return openTreeIdentity(fd, rootPath, marker, missing);
  } finally {
    closeSync(fd);
  }
}

/** Like `treeIdentity`, for an open root, even if another tree is at its path by now. */
export function openTreeIdentity(
  fd: number,
  rootPath: string,
  marker: string | undefined,
  missing: Code,
): TreeIdentity {
  const { ino, dev } = attempt(rootPath, missing, () => fstatSync(fd, { bigint: true }));
  if (marker !== undefined) {
    attempt(join(rootPath, marker), missing, () => lstatSync(`/proc/self/fd/${fd}/${marker}`));
  }
  const hasEntries = attempt(rootPath, missing, () => holdsEntries(fd));
  return { ...mountOf(fd), device: deviceText(dev), rootInode: String(ino), hasEntries };
}

/** Compares a tree with the identity that was recorded at the start. */
export function sameTree(recorded: TreeIdentity, found: TreeIdentity): SameTree {
  const mounted = `${found.fsType} ${found.mountSource}, root inode ${found.rootInode}`;
  const expected = `${recorded.fsType} ${recorded.mountSource}, root inode ${recorded.rootInode}`;
  const sameMount = recorded.fsType === found.fsType && recorded.mountSource === found.mountSource;
  // Device numbers of network and virtual file systems are assigned per mount and reused.
  const sameDevice = recorded.device === found.device && !found.device.startsWith('0:');
  if (recorded.rootInode !== found.rootInode || !(sameMount || sameDevice)) {
    return {
      same: false,
      code: 'SOURCE_CHANGED_IDENTITY',
      because: `expected ${expected}; found ${mounted}`,
    };
  }
  if (recorded.hasEntries && !found.hasEntries) {
    return {
      same: false,
      code: 'SOURCE_MISSING',
      because: 'the tree is empty, but it was not empty at the start',
    };
  }
  return { same: true, because: sameDevice ? `same device, ${mounted}` : `same mount, ${mounted}` };
}

function attempt<T>(path: string, missing: Code, look: () => T): T {
  try {
    return look();
  } catch (cause) {
    const { code, message } = toFailure(cause);
    const gone = code === 'VANISHED' || code === 'CHANGED_WHILE_COPYING';
    throw new LonghaulError(gone ? missing : code, `Cannot see ${path}: ${message}`, {
      path,
      cause,
    });
  }
}

function holdsEntries(fd: number): boolean {
  // As bytes: where a listing carries no file types, Node stats each name, and text may not name the entry.
  const directory = opendirSync(`/proc/self/fd/${fd}`, { encoding: 'buffer' as BufferEncoding });
  try {
    return directory.readSync() !== null;
  } finally {
    directory.closeSync();
  }
}

/** Finds the mount of a descriptor by its id. A search by path could find another mount. */
function mountOf(fd: number): { fsType: string; mountSource: string } {
  const id = /^mnt_id:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1];
  const line = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .find((candidate) => candidate.startsWith(`${id} `));
  // id parent dev root mount-point options [optional…] - type source super-options
  const [fsType, mountSource] = line?.split(' - ')[1]?.split(' ') ?? [];
  return { fsType: fsType ?? 'unknown', mountSource: mountSource ?? 'unknown' };
}

/** Formats a device number as mountinfo does. Source: gnu_dev_major and gnu_dev_minor of glibc. */
function deviceText(dev: bigint): string {
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
  const minor = (dev & 0xffn) | ((dev >> 12n) & ~0xffn);
  return `${major}:${BigInt.asUintN(32, minor)}`;
}
