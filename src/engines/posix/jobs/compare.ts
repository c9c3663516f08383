/** Dry run: finds names that differ at the destination in size, time, mode, owner or link target. */
import { joinRaw, rawToBytes, type RawPath } from '../../../paths.ts';
import { hasSameModeAndOwner, hasSameSize, hasSameTime, statName } from '../native/file-stat.ts';
import { close, O, openBeneath } from '../native/libc.ts';
import { newStatBuffer, S_IFDIR, S_IFLNK, S_IFMT, statxField as field } from '../native/statx.ts';
import type { JobBase } from '../threads/messages.ts';
import type { DirectoryFds } from '../write/open-pair.ts';
import { readTarget } from '../write/symlink.ts';

export interface CompareEntriesJob extends JobBase, DirectoryFds {
  readonly type: 'compare entries';
  readonly directory: RawPath;
  readonly names: readonly RawPath[];
}

export interface CompareEntriesResult {
  readonly differing: readonly RawPath[];
}

const sourceStat = newStatBuffer();
const destinationStat = newStatBuffer();

export function compareEntries(job: CompareEntriesJob): CompareEntriesResult {
  const path = rawToBytes(job.directory);
  const flags = O.RDONLY | O.DIRECTORY;
  const from = openBeneath(job.sourceFd, path, flags);
  const to = openBeneath(job.destinationFd, path, flags);
  try {
    if (from < 0 || to < 0) return { differing: job.names };
    return { differing: job.names.filter((name) => differs(from, to, job.directory, name)) };
  } finally {
    if (from >= 0) close(from);
    if (to >= 0) close(to);
  }
}

function differs(from: number, to: number, directory: RawPath, name: RawPath): boolean {
  if (statName(from, name, sourceStat) < 0) return false; // vanished: there is nothing to copy
  if (statName(to, name, destinationStat) < 0) return true;
  if (!hasSameModeAndOwner(sourceStat, destinationStat)) return true;
  const type = field.mode(sourceStat) & S_IFMT;
  if (type === S_IFDIR) return false;
  if (!hasSameTime(sourceStat, destinationStat)) return true;
  if (type !== S_IFLNK) return !hasSameSize(sourceStat, destinationStat);
  const path = joinRaw(directory, name);
  const target = Buffer.from(readTarget(from, name, 'source', path));
  return !target.equals(readTarget(to, name, 'destination', path));
}
