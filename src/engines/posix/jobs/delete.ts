/**
 * Deletes entries at the destination. Directly before each delete it asks the source once more: the
 * directory must be there and the name must not. A directory is deleted with everything in it, bottom-up.
 * With a trash, entries are moved there instead.
 */
import { toFailure, type Failure } from '../../../errors/failure.ts';
import { joinRaw, nameOf, parentOf, rawToBytes, type RawPath } from '../../../paths.ts';
import { check } from '../native/errno.ts';
import { statName } from '../native/file-stat.ts';
import { close, errnoName, futimens, O, openBeneath, renameat } from '../native/libc.ts';
import { nameAddress, otherAddress } from '../native/names.ts';
import { newStatBuffer, S_IFMT, statxField as field } from '../native/statx.ts';
import { outcomeOf, type EntryOutcome } from '../round/outcome.ts';
import type { JobBase, ThreadContext } from '../threads/messages.ts';
import { stopper } from '../threads/stop-flag.ts';
import { openOrMake, type DirectoryFds } from '../write/open-pair.ts';
import { removeEntry } from '../write/remove-entry.ts';

export interface Deletion {
  readonly path: RawPath;
  /** S_IFMT bits of an entry at the source that replaces a directory at the destination. */
  readonly replacedBy?: number;
}

export interface DeleteEntriesJob extends JobBase, DirectoryFds {
  readonly type: 'delete entries';
  readonly deletions: readonly Deletion[];
  /** Directory at the destination to move entries to instead. */
  readonly trash?: RawPath;
  readonly cancel: SharedArrayBuffer;
}

export interface DeleteEntriesResult {
  /** 'absent': deleted, or already gone; 'drifted': the source has it again. `name` is the whole path. */
  readonly outcomes: readonly EntryOutcome[];
  readonly failure?: Failure;
}

const DIRECTORY = O.RDONLY | O.DIRECTORY;
const sourceStat = newStatBuffer();

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
    const fd = openBeneath(job.destinationFd, rawToBytes(parentOf(path)), DIRECTORY);
    if (fd < 0 && errnoName() === 'ENOENT') return { name: path, outcome: 'absent', bytes: 0 };
    check(fd, 'open', 'destination', parentOf(path));
    try {
      if (job.trash === undefined) removeEntry(fd, nameOf(path), path);
      else moveToTrash(job, fd, path, job.trash);
    } finally {
      close(fd);
    }
    return { name: path, outcome: 'absent', bytes: 0 };
  } catch (thrown) {
    return outcomeOf(path, thrown);
  }
}

/** Returns true only if the source confirms that the directory exists and the name does not. */
function isGoneAtSource(sourceFd: number, { path, replacedBy }: Deletion): boolean {
  if (path === '') return false; // the root is never deleted
  const fd = openBeneath(sourceFd, rawToBytes(parentOf(path)), DIRECTORY);
  if (fd < 0) {
    // If the directory itself is gone, the directory above it must confirm that.
    const errno = errnoName();
    if (errno === 'ENOENT' || errno === 'ENOTDIR')
      return isGoneAtSource(sourceFd, { path: parentOf(path) });
    check(fd, 'open', 'source', parentOf(path));
  }
  try {
    if (statName(fd, nameOf(path), sourceStat) < 0) {
      if (errnoName() === 'ENOENT') return true;
      check(-1, 'stat', 'source', path);
    }
    return replacedBy !== undefined && (field.mode(sourceStat) & S_IFMT) === replacedBy;
  } finally {
    close(fd);
  }
}

/** Sets the trash's time to now: retention counts from the last entry that was moved there. */
function touch(rootFd: number, trash: RawPath): void {
  const fd = openBeneath(rootFd, rawToBytes(trash), DIRECTORY);
  if (fd < 0) return; // nothing was moved
  futimens(fd, 0); // null stands for now
  close(fd);
}

/** Moves an entry to the same path below the trash, and replaces what an earlier attempt left there. */
function moveToTrash(job: DeleteEntriesJob, fd: number, path: RawPath, trash: RawPath): void {
  const trashFd = openOrMake(job.destinationFd, joinRaw(trash, parentOf(path)).replace(/\/$/, ''));
  try {
    const move = (): number =>
      renameat(fd, nameAddress(nameOf(path)), trashFd, otherAddress(nameOf(path)));
    if (move() === 0) return;
    const errno = errnoName();
    if (errno === 'ENOENT') return;
    if (errno === 'ENOTEMPTY' || errno === 'EEXIST' || errno === 'EISDIR' || errno === 'ENOTDIR') {
      removeEntry(trashFd, nameOf(path), joinRaw(trash, path));
    }
    check(move(), 'move to the trash', 'destination', path);
  } finally {
    close(trashFd);
  }
}
