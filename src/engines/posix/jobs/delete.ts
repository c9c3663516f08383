/**
 * Thread side of the delete-pass: removes entries of the destination, each only after the source
 * was asked once more, directly before: its directory must be there and the name must not. A
 * directory goes with what is in it, bottom-up. With a trash, entries are moved there instead.
 */
import { toFailure, type Failure } from '../../../errors/failure.ts';
import { joinRaw, nameOf, parentOf, rawToBytes, type RawPath } from '../../../paths.ts';
import { outcomeOf, type EntryOutcome } from '../round/outcome.ts';
import { S_IFMT } from '../native/statx.ts';
import { after, statName } from '../native/file-stat.ts';
import { namesIn } from './list.ts';
import type { JobBase, ThreadContext } from '../threads/messages.ts';
import { check } from '../native/errno.ts';
import { nameAddress, otherAddress } from '../native/names.ts';
import { openOrMake, type RootFds } from '../write/open-pair.ts';
import { stopper } from '../threads/stop-flag.ts';
import {
  AT,
  close,
  errnoName,
  futimens,
  O,
  openBeneath,
  renameat,
  statxField as field,
  unlinkat,
} from '../native/libc.ts';

export interface Deletion {
  readonly path: RawPath;
  /** The source now has an entry of this kind (S_IFMT bits) under the name; a directory at the destination makes room for it. */
  readonly replacedBy?: number;
}

export interface DeleteEntriesJob extends JobBase, RootFds {
  readonly type: 'delete entries';
  readonly deletions: readonly Deletion[];
  /** Directory at the destination to move them to. */
  readonly trash?: RawPath;
  readonly cancel: SharedArrayBuffer;
}

export interface DeleteEntriesResult {
  /** `outcome` 'absent': gone from the destination now; 'drifted': the source has it again. `name` is the whole path. */
  readonly outcomes: readonly EntryOutcome[];
  readonly failure?: Failure;
}

export function deleteEntries(job: DeleteEntriesJob, context: ThreadContext): DeleteEntriesResult {
  const stopped = stopper(context, job.cancel);
  const outcomes: EntryOutcome[] = [];
  try {
    for (const deletion of job.deletions) {
      if (stopped()) break;
      outcomes.push(deleteOne(job, deletion));
    }
    if (job.trash !== undefined) touch(job.destinationFd, job.trash);
    return { outcomes };
  } catch (thrown) {
    return { outcomes, failure: toFailure(thrown) };
  }
}

function deleteOne(job: DeleteEntriesJob, deletion: Deletion): EntryOutcome {
  const { path } = deletion;
  try {
    if (!isGoneAtSource(job.sourceFd, deletion))
      return { name: path, outcome: 'drifted', bytes: 0 };
    const fd = openBeneath(job.destinationFd, rawToBytes(parentOf(path)), O.RDONLY | O.DIRECTORY);
    if (fd < 0 && errnoName() === 'ENOENT') return { name: path, outcome: 'absent', bytes: 0 };
    check(fd, 'open', 'destination', parentOf(path));
    try {
      if (job.trash === undefined) remove(fd, nameOf(path), path);
      else moveToTrash(job, fd, path, job.trash);
    } finally {
      close(fd);
    }
    return { name: path, outcome: 'absent', bytes: 0 };
  } catch (thrown) {
    return outcomeOf(path, thrown);
  }
}

/** True only when the source answers that there is a directory and no such name in it. */
function isGoneAtSource(sourceFd: number, { path, replacedBy }: Deletion): boolean {
  if (path === '') return false; // the tree itself is never gone
  const fd = openBeneath(sourceFd, rawToBytes(parentOf(path)), O.RDONLY | O.DIRECTORY);
  if (fd < 0) {
    // The directory itself is gone: then so is the name, if the directory above says so.
    const errno = errnoName();
    if (errno === 'ENOENT' || errno === 'ENOTDIR')
      return isGoneAtSource(sourceFd, { path: parentOf(path) });
    check(fd, 'open', 'source', parentOf(path));
  }
  try {
    if (statName(fd, nameOf(path), after) < 0) {
      if (errnoName() === 'ENOENT') return true;
      check(-1, 'stat', 'source', path);
    }
    return replacedBy !== undefined && (field.mode(after) & S_IFMT) === replacedBy;
  } finally {
    close(fd);
  }
}

export function remove(directoryFd: number, name: RawPath, path: RawPath): void {
  if (unlinkat(directoryFd, nameAddress(name), 0) === 0) return;
  const errno = errnoName();
  if (errno === 'ENOENT') return;
  if (errno !== 'EISDIR' && errno !== 'EPERM') check(-1, 'delete', 'destination', path);
  removeDirectory(directoryFd, name, path);
}

function removeDirectory(parentFd: number, name: RawPath, path: RawPath): void {
  const fd = check(
    openBeneath(parentFd, rawToBytes(name), O.RDONLY | O.DIRECTORY),
    'open',
    'destination',
    path,
  );
  try {
    for (const child of namesIn(fd, path)) {
      const childPath = joinRaw(path, child.name);
      if (child.isDirectory) removeDirectory(fd, child.name, childPath);
      else remove(fd, child.name, childPath);
    }
  } finally {
    close(fd);
  }
  check(unlinkat(parentFd, nameAddress(name), AT.REMOVEDIR), 'delete', 'destination', path);
}

/** The time for which something is kept begins with the last entry that came. */
function touch(rootFd: number, trash: RawPath): void {
  const fd = openBeneath(rootFd, rawToBytes(trash), O.RDONLY | O.DIRECTORY);
  if (fd < 0) return; // nothing was moved
  futimens(fd, 0); // no times: now
  close(fd);
}

/** Below the trash an entry keeps its path. What is there from an earlier try gives way. */
function moveToTrash(job: DeleteEntriesJob, fd: number, path: RawPath, trash: RawPath): void {
  const trashFd = openOrMake(job.destinationFd, joinRaw(trash, parentOf(path)).replace(/\/$/, ''));
  try {
    const move = (): number =>
      renameat(fd, nameAddress(nameOf(path)), trashFd, otherAddress(nameOf(path)));
    if (move() === 0) return;
    const errno = errnoName();
    if (errno === 'ENOENT') return;
    if (errno === 'ENOTEMPTY' || errno === 'EEXIST' || errno === 'EISDIR' || errno === 'ENOTDIR') {
      remove(trashFd, nameOf(path), joinRaw(trash, path));
    }
    check(move(), 'move to the trash', 'destination', path);
  } finally {
    close(trashFd);
  }
}
