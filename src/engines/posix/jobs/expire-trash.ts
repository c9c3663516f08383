/**
 * Thread side: removes what has lain in the trash of earlier rounds for long enough. A round's trash
 * is as old as the last entry that was moved there; what cannot be removed is left to the next pass.
 */
import { joinRaw, rawToBytes, type RawPath } from '../../../paths.ts';
import { remove } from './delete.ts';
import { before, statName } from '../native/file-stat.ts';
import { namesIn } from './list.ts';
import type { JobBase } from '../threads/messages.ts';
import { close, O, openBeneath, statxField as field } from '../native/libc.ts';

export interface ExpireTrashJob extends JobBase {
  readonly type: 'expire trash';
  readonly destinationFd: number;
  /** The directory that has one directory a round, by its number. */
  readonly trash: RawPath;
  readonly currentRound: number;
  /** Older than this goes, in seconds since the epoch. */
  readonly beforeSeconds: number;
}

export interface ExpireTrashResult {
  readonly expired: number;
}

export function expireTrash(job: ExpireTrashJob): ExpireTrashResult {
  const { destinationFd, trash, currentRound, beforeSeconds } = job;
  const old = trashedRounds(destinationFd, trash).filter(
    ({ name, seconds }) => Number(name) < currentRound && seconds < beforeSeconds,
  );
  const fd = openTrash(destinationFd, trash);
  if (fd < 0) return { expired: 0 };
  try {
    return { expired: old.filter(({ name }) => removed(fd, name, job)).length };
  } finally {
    close(fd);
  }
}

const openTrash = (rootFd: number, trash: RawPath): number =>
  openBeneath(rootFd, rawToBytes(trash), O.RDONLY | O.DIRECTORY);

/** The rounds that something was moved in, with the time of the last. None when nothing ever was. */
export function trashedRounds(
  rootFd: number,
  trash: RawPath,
): { readonly name: RawPath; readonly seconds: number }[] {
  const fd = openTrash(rootFd, trash);
  if (fd < 0) return [];
  try {
    return namesIn(fd, trash).flatMap(({ name }) =>
      /^\d+$/.test(name) && statName(fd, name, before) === 0
        ? [{ name, seconds: field.mtimeSeconds(before) }]
        : [],
    );
  } finally {
    close(fd);
  }
}

/** Another chunk's pass may be at it, too. */
function removed(fd: number, name: RawPath, { trash }: ExpireTrashJob): boolean {
  try {
    remove(fd, name, joinRaw(trash, name));
    return true;
  } catch {
    return false;
  }
}
