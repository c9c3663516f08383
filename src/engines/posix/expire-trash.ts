/**
 * Thread side: removes what has lain in the trash of earlier rounds for long enough. A round's trash
 * is as old as the last entry that was moved there; what cannot be removed is left to the next pass.
 */
import { joinRaw, rawToBytes, type RawPath } from '../../paths.ts';
import { remove } from './delete-entries.ts';
import { before, statName } from './file-stat.ts';
import { namesIn } from './list-destination.ts';
import type { JobBase } from './messages.ts';
import { close, O, openBeneath, statxField as field } from './sys.ts';

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
  const fd = openBeneath(job.destinationFd, rawToBytes(job.trash), O.RDONLY | O.DIRECTORY);
  if (fd < 0) return { expired: 0 }; // nothing was ever moved there
  try {
    const rounds = namesIn(fd, job.trash).filter(({ name }) => isOld(fd, name, job));
    return { expired: rounds.filter(({ name }) => removed(fd, name, job)).length };
  } finally {
    close(fd);
  }
}

function isOld(
  fd: number,
  name: RawPath,
  { currentRound, beforeSeconds }: ExpireTrashJob,
): boolean {
  if (!/^\d+$/.test(name) || Number(name) >= currentRound) return false;
  return statName(fd, name, before) === 0 && field.mtimeSeconds(before) < beforeSeconds;
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
