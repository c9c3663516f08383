/**
 * The roots of a chunk as entries. A root is a name in a directory that belongs to another chunk, so
 * the manifest has a block for that directory that holds the chunk's roots alone and is never
 * `complete`. A root that is gone is an entry 'vanished': proof of its absence, not silence.
 */
import { CODES } from '../../../errors/codes.ts';
import { codeOfErrno } from '../../../errors/errno.ts';
import { LonghaulError } from '../../../errors/failure.ts';
import type { DirectoryBlock, Entry, EntryStatus } from '../../../model/entry.ts';
import {
  comparePaths,
  joinRaw,
  nameOf,
  parentOf,
  printable,
  rawToBytes,
  type RawPath,
} from '../../../paths.ts';
import {
  isMountPoint,
  emptyEntryFields,
  newStatBuffer,
  readEntryFields,
  S_IFDIR,
  S_IFMT,
  STATX_BASIC,
} from '../native/statx.ts';
import type { Excludes } from '../tree/excludes.ts';
import { statusOf, type ScanRules } from '../round/scan-rules.ts';
import { allocate, AT, close, errnoName, O, openBeneath, statx } from '../native/libc.ts';

const stat = newStatBuffer();
const name = allocate(4096);

export interface ScannedRoots {
  /** One block for each directory that holds roots, in order. */
  readonly blocks: readonly DirectoryBlock[];
  /** The roots to walk. */
  readonly directories: readonly RawPath[];
}

export function scanRoots(
  rootFd: number,
  roots: readonly RawPath[],
  excludes: Excludes,
  rules: ScanRules,
): ScannedRoots {
  const directories: RawPath[] = roots.includes('') ? [''] : [];
  const blocks = new Map<RawPath, Entry[]>();
  for (const root of [...roots].sort(comparePaths)) {
    if (root === '') continue; // the tree's own root has no name
    const entry = scanRoot(rootFd, root, excludes, rules);
    if (entry.status === 'seen' && (entry.mode & S_IFMT) === S_IFDIR) directories.push(root);
    const parent = parentOf(root);
    const entries = blocks.get(parent) ?? [];
    blocks.set(parent, [...entries, entry]);
  }
  return {
    directories,
    blocks: [...blocks]
      .map(([path, entries]) => ({ path, complete: false, entries }))
      .sort((a, b) => comparePaths(a.path, b.path)),
  };
}

function scanRoot(rootFd: number, root: RawPath, excludes: Excludes, rules: ScanRules): Entry {
  const fields = emptyEntryFields(nameOf(root));
  const failure = statBelow(rootFd, root);
  if (failure !== undefined) return { ...fields, inode: 0n, status: failure };
  readEntryFields(stat, fields);
  const isDirectory = (fields.mode & S_IFMT) === S_IFDIR;
  const isExcluded = isLeftOut(excludes, root, isDirectory);
  const status = statusOf(fields.mode, isExcluded, isMountPoint(stat, rules.device), rules);
  return { ...fields, inode: BigInt(fields.inode), status };
}

/** Stats `root` into `stat`. Returns a status if that failed; throws a transient error. */
function statBelow(rootFd: number, root: RawPath): EntryStatus | undefined {
  const parentFd = openBeneath(rootFd, rawToBytes(parentOf(root)), O.PATH | O.DIRECTORY);
  if (parentFd < 0) return statusOfFailure(root);
  name.bytes[name.bytes.write(nameOf(root), 'latin1')] = 0;
  const result = statx(parentFd, name.address, AT.SYMLINK_NOFOLLOW, STATX_BASIC, stat.address);
  const status = result === 0 ? undefined : statusOfFailure(root);
  close(parentFd);
  return status;
}

function statusOfFailure(root: RawPath): EntryStatus {
  const errno = errnoName();
  const code = codeOfErrno(errno);
  if (CODES[code].class === 'transient') {
    throw new LonghaulError(code, `Cannot look at ${printable(root)}: ${errno}`, {
      path: printable(root),
    });
  }
  // 'changed': it is gone, or a parent is no directory any more.
  return CODES[code].class === 'changed' ? 'vanished' : 'unreadable';
}

/** Returns true when a rule excludes the path or a directory above it. */
function isLeftOut(excludes: Excludes, path: RawPath, isDirectory: boolean): boolean {
  let above: RawPath = '';
  for (const part of parentOf(path).split('/')) {
    above = joinRaw(above, part);
    if (excludes.isExcluded(above, true)) return true;
  }
  return excludes.isExcluded(path, isDirectory);
}
