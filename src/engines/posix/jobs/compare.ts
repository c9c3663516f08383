/** Thread side of a dry run: which names differ at the destination, by size, time, mode, owner or link target. */
import { joinRaw, rawToBytes, type RawPath } from '../../../paths.ts';
import { readTarget } from '../write/symlink.ts';
import { S_IFDIR, S_IFLNK, S_IFMT } from '../native/statx.ts';
import { after, before, fileStat, statName } from '../native/file-stat.ts';
import type { JobBase } from '../threads/messages.ts';
import type { RootFds } from '../write/open-pair.ts';
import { close, O, openBeneath } from '../native/libc.ts';

export interface CompareEntriesJob extends JobBase, RootFds {
  readonly type: 'compare entries';
  readonly directory: RawPath;
  readonly names: readonly RawPath[];
}

export interface CompareEntriesResult {
  readonly differing: readonly RawPath[];
}

export function compareEntriesJob(job: CompareEntriesJob): CompareEntriesResult {
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
  if (statName(from, name, before) < 0) return false; // vanished: nothing to do
  if (statName(to, name, after) < 0) return true;
  const [a, b] = [fileStat(before), fileStat(after)];
  const kind = a.mode & S_IFMT;
  if (a.mode !== b.mode || a.uid !== b.uid || a.gid !== b.gid) return true;
  if (
    kind !== S_IFDIR &&
    (a.mtimeSeconds !== b.mtimeSeconds || a.mtimeNanoseconds !== b.mtimeNanoseconds)
  )
    return true;
  if (kind === S_IFLNK) {
    const path = joinRaw(directory, name);
    const target = Buffer.from(readTarget(from, name, 'source', path));
    return !target.equals(readTarget(to, name, 'destination', path));
  }
  return kind !== S_IFDIR && a.sizeBytes !== b.sizeBytes;
}
