/**
 * Whether a path still leads to the tree the migration began with. An unmounted source looks like an
 * empty directory and a wrong mount like a tree in which everything was deleted, so nothing is listed,
 * copied or deleted before this was asked.
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
import type { TreeIdentity } from '../../../model/tree-identity.ts';
import { LonghaulError, toFailure } from '../../../errors/failure.ts';
import { type Code } from '../../../errors/codes.ts';

export type SameTree =
  | { readonly same: true; readonly because: string }
  | {
      readonly same: false;
      readonly because: string;
      readonly code: 'SOURCE_CHANGED_IDENTITY' | 'SOURCE_MISSING';
    };

/**
 * Looks at the tree at `rootPath`. Throws `missing` when it, or the marker in it, is not there, and
 * a transient code when the link is away.
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

/** The same of a root that is open, whatever is at its path by now. */
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

/** Whether `found` is the tree that was `recorded` at the start. */
export function sameTree(recorded: TreeIdentity, found: TreeIdentity): SameTree {
  const mounted = `${found.fsType} ${found.mountSource}, root inode ${found.rootInode}`;
  const expected = `${recorded.fsType} ${recorded.mountSource}, root inode ${recorded.rootInode}`;
  const sameMount = recorded.fsType === found.fsType && recorded.mountSource === found.mountSource;
  // Network and virtual file systems have made-up device numbers, which another mount can get.
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
      because: 'the tree is empty, and it was not at the start',
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
  const directory = opendirSync(`/proc/self/fd/${fd}`);
  try {
    return directory.readSync() !== null;
  } finally {
    directory.closeSync();
  }
}

/** Which mount a descriptor is on. The kernel knows by number; a search by path could be fooled. */
function mountOf(fd: number): { fsType: string; mountSource: string } {
  const id = /^mnt_id:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1];
  const line = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .find((candidate) => candidate.startsWith(`${id} `));
  // id parent dev root mount-point options [optional…] - type source super-options
  const [fsType, mountSource] = line?.split(' - ')[1]?.split(' ') ?? [];
  return { fsType: fsType ?? 'unknown', mountSource: mountSource ?? 'unknown' };
}

/** As in mountinfo. Source: gnu_dev_major and gnu_dev_minor of glibc. */
function deviceText(dev: bigint): string {
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn);
  const minor = (dev & 0xffn) | ((dev >> 12n) & ~0xffn);
  return `${major}:${BigInt.asUintN(32, minor)}`;
}
