/**
 * Removes expired rounds from a migration's trash. A round's trash is as old as the last entry that was
 * moved there. What cannot be removed is left to the next delete-pass.
 */
import { joinRaw, rawToBytes, type RawPath } from '../../../paths.ts';
import { namesIn } from '../native/directory-names.ts';
import { statName } from '../native/file-stat.ts';
import { close, O, openBeneath } from '../native/libc.ts';
import { newStatBuffer, statxField as field } from '../native/statx.ts';
import type { JobBase } from '../threads/messages.ts';
import { removeEntry } from '../write/remove-entry.ts';

export interface ExpireTrashJob extends JobBase {
  readonly type: 'expire trash';
  readonly destinationFd: number;
  /** Directory that holds one directory per round, named by its number. */
  readonly trash: RawPath;
  readonly currentRound: number;
  /** Rounds older than this expire, in seconds since 1970. */
  readonly beforeSeconds: number;
}

export interface ExpireTrashResult {
  readonly expired: number;
}

export interface TrashedRound {
  readonly name: RawPath;
  /** When the last entry was moved there, in seconds since 1970. */
  readonly seconds: number;
}

const roundStat = newStatBuffer();

export function expireTrash(job: ExpireTrashJob): ExpireTrashResult {
  const { destinationFd, trash, currentRound, beforeSeconds } = job;
  const old = trashedRounds(destinationFd, trash).filter(
    ({ name, seconds }) => Number(name) < currentRound && seconds < beforeSeconds,
  );
  const fd = openTrash(destinationFd, trash);
  if (fd < 0) return { expired: 0 };
  try {
    return { expired: old.filter(({ name }) => tryRemove(fd, name, job)).length };
  } finally {
    close(fd);
  }
}

const openTrash = (rootFd: number, trash: RawPath): number =>
  openBeneath(rootFd, rawToBytes(trash), O.RDONLY | O.DIRECTORY);

/** Lists the rounds that moved entries to the trash; none if the trash does not exist. */
export function trashedRounds(rootFd: number, trash: RawPath): readonly TrashedRound[] {
  const fd = openTrash(rootFd, trash);
  if (fd < 0) return [];
  try {
    return namesIn(fd, 'destination', trash).flatMap(({ name }) =>
      /^\d+$/.test(name) && statName(fd, name, roundStat) === 0
        ? [{ name, seconds: field.mtimeSeconds(roundStat) }]
        : [],
    );
  } finally {
    close(fd);
  }
}

/** Returns false on failure: the delete-pass of another chunk may be removing it as well. */
function tryRemove(fd: number, name: RawPath, { trash }: ExpireTrashJob): boolean {
  try {
    removeEntry(fd, name, joinRaw(trash, name));
    return true;
  } catch {
    return false;
  }
}
