/** Thread side of the verification: reads the destination back and compares with the digest of the copy. */
import { LonghaulError, toFailure, type Failure } from '../../../errors/failure.ts';
import { joinRaw, printable, rawToBytes, type RawPath } from '../../../paths.ts';
import { digestRange } from '../write/bytes.ts';
import { OPEN_SOURCE } from '../write/file.ts';
import { readTarget } from '../write/symlink.ts';
import { digestOf, newDigester, type Digest, type DigestName } from '../round/digest.ts';
import { outcomeOf, type EntryOutcome } from '../round/outcome.ts';
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../native/statx.ts';
import { after, before, sameAsRecorded, statName, type FileStat } from '../native/file-stat.ts';
import type { JobBase, ThreadContext } from '../threads/messages.ts';
import { check, type Side } from '../native/errno.ts';
import { nameAddress } from '../native/names.ts';
import type { RootFds } from '../write/open-pair.ts';
import { packBatch, type PackedBatch } from '../round/packed-outcomes.ts';
import { stopper } from '../threads/stop-flag.ts';
import {
  close,
  errnoName,
  fadvise,
  FADV_DONTNEED,
  O,
  openat,
  openBeneath,
  statxField as field,
} from '../native/libc.ts';

export interface VerifyItem {
  readonly name: RawPath;
  /** The source when it was copied. */
  readonly stat: FileStat;
  readonly digest?: Digest;
}

export interface VerifyBatch {
  readonly directory: RawPath;
  readonly items: readonly VerifyItem[];
}

export interface VerifyEntriesJob extends JobBase, RootFds {
  readonly type: 'verify entries';
  readonly batches: readonly VerifyBatch[];
  readonly digest: DigestName;
  readonly cancel: SharedArrayBuffer;
}

export interface VerifyEntriesResult {
  readonly batches: readonly PackedBatch[];
  readonly failure?: Failure;
}

export function verifyEntries(job: VerifyEntriesJob, context: ThreadContext): VerifyEntriesResult {
  const stopped = stopper(context, job.cancel);
  const batches: PackedBatch[] = [];
  try {
    for (const batch of job.batches) {
      const outcomes: EntryOutcome[] = [];
      try {
        verifyBatch(batch, job, stopped, outcomes);
      } finally {
        batches.push(packBatch(outcomes));
      }
      if (stopped()) break;
    }
    return { batches };
  } catch (thrown) {
    return { batches, failure: toFailure(thrown) };
  }
}

/** Of a directory at the destination: also a file, or a link that leads who knows where, in its place. */
const NOT_THERE: readonly string[] = ['ENOENT', 'ENOTDIR', 'ELOOP'];

function verifyBatch(
  batch: VerifyBatch,
  job: VerifyEntriesJob,
  stopped: () => boolean,
  outcomes: EntryOutcome[],
): void {
  const flags = O.RDONLY | O.DIRECTORY;
  const fd = openBeneath(job.destinationFd, rawToBytes(batch.directory), flags);
  const missing = fd < 0 ? errnoName() : undefined;
  if (missing !== undefined && !NOT_THERE.includes(missing)) {
    check(fd, 'open', 'destination', batch.directory);
  }
  try {
    for (const item of batch.items) {
      if (stopped()) return;
      outcomes.push(verifyItem({ item, job, fd, directory: batch.directory, stopped }));
    }
  } finally {
    if (fd >= 0) close(fd);
  }
}

interface Verifying {
  readonly item: VerifyItem;
  readonly job: VerifyEntriesJob;
  /** The directory at the destination; negative when it is not there. */
  readonly fd: number;
  readonly directory: RawPath;
  readonly stopped: () => boolean;
}

function verifyItem(verifying: Verifying): EntryOutcome {
  const { item, job, directory, fd } = verifying;
  const { name, stat } = item;
  const bytes = (stat.mode & S_IFMT) === S_IFREG ? stat.sizeBytes : 0;
  try {
    const difference = fd < 0 ? 'it is not there' : differenceOf(verifying);
    if (difference === undefined) return { name, outcome: 'verified', bytes };
    return sourceChanged(job, directory, item)
      ? { name, outcome: 'drifted', bytes }
      : { name, outcome: 'corrupt', bytes, failure: corrupt(joinRaw(directory, name), difference) };
  } catch (thrown) {
    return outcomeOf(name, thrown);
  }
}

function corrupt(path: RawPath, difference: string): Failure {
  const text = printable(path);
  return toFailure(
    new LonghaulError(
      'CORRUPT_COPY',
      `${text} at the destination is not what was copied: ${difference}`,
      { path: text },
    ),
  );
}

/** What is wrong at the destination; undefined when nothing is. */
function differenceOf({ item, job, fd, directory, stopped }: Verifying): string | undefined {
  const { name, stat } = item;
  const path = joinRaw(directory, name);
  if (statName(fd, name, before) < 0) {
    if (errnoName() === 'ENOENT') return 'it is not there';
    check(-1, 'stat', 'destination', path);
  }
  const metadata = metadataDifference(stat);
  if (metadata !== undefined) return metadata;
  const kind = stat.mode & S_IFMT;
  if (kind === S_IFLNK && item.digest) {
    const digest = digestOf(job.digest, readTarget(fd, name, 'destination', path));
    return digest === item.digest ? undefined : 'the link leads elsewhere';
  }
  if (kind !== S_IFREG) return undefined;
  const reading = { path, size: stat.sizeBytes, algorithm: job.digest, stopped };
  const expected = item.digest ?? sourceDigest(job, directory, name, reading);
  const found = contentDigest(fd, name, 'destination', reading);
  return found !== undefined && found === expected ? undefined : 'its content differs';
}

/** Of what was at the destination before: no copy took a digest of it. */
function sourceDigest(
  job: VerifyEntriesJob,
  directory: RawPath,
  name: RawPath,
  reading: Reading,
): Digest | undefined {
  const flags = O.RDONLY | O.DIRECTORY;
  const opened = openBeneath(job.sourceFd, rawToBytes(directory), flags);
  const fd = check(opened, 'open', 'source', directory);
  try {
    return contentDigest(fd, name, 'source', reading);
  } finally {
    close(fd);
  }
}

function metadataDifference(stat: FileStat): string | undefined {
  const kind = stat.mode & S_IFMT;
  const mode = field.mode(before);
  if ((mode & S_IFMT) !== kind) return 'it is of another kind';
  if (kind !== S_IFLNK && mode !== stat.mode) return `its mode is ${(mode & 0o7777).toString(8)}`;
  if (field.uid(before) !== stat.uid || field.gid(before) !== stat.gid)
    return 'it has another owner';
  if (kind === S_IFDIR) return undefined; // its time is that of the last write in it; see finish-directories
  if (kind === S_IFREG && field.size(before) !== stat.sizeBytes)
    return `it has ${field.size(before)} bytes`;
  const sameTime =
    field.mtimeSeconds(before) === stat.mtimeSeconds &&
    field.mtimeNanoseconds(before) === stat.mtimeNanoseconds;
  return sameTime ? undefined : 'it has another modification time';
}

interface Reading {
  readonly path: RawPath;
  readonly size: number;
  readonly algorithm: DigestName;
  readonly stopped: () => boolean;
}

/** Of what the storage has, not of what the page cache remembers; undefined when it is shorter. */
function contentDigest(
  directoryFd: number,
  name: RawPath,
  side: Side,
  { path, size, algorithm, stopped }: Reading,
): Digest | undefined {
  const file = check(openat(directoryFd, nameAddress(name), OPEN_SOURCE, 0), 'open', side, path);
  try {
    if (side === 'destination') fadvise(file, 0, 0, FADV_DONTNEED);
    const digester = newDigester(algorithm);
    const whole = digestRange(file, 0, size, { digester, where: path, side, stopped });
    if (!whole && stopped()) throw new LonghaulError('INTERRUPTED', 'Stopped');
    return whole ? digester.finish() : undefined;
  } finally {
    close(file);
  }
}

/** Whether the source is no longer what was copied: then a difference is drift. */
function sourceChanged(job: RootFds, directory: RawPath, { name, stat }: VerifyItem): boolean {
  const fd = openBeneath(job.sourceFd, rawToBytes(directory), O.RDONLY | O.DIRECTORY);
  if (fd < 0) {
    if (errnoName() === 'ENOENT') return true;
    check(fd, 'open', 'source', directory);
  }
  try {
    if (statName(fd, name, after) < 0)
      return errnoName() === 'ENOENT' || check(-1, 'stat', 'source', name) < 0;
    return !sameAsRecorded(after, stat);
  } finally {
    close(fd);
  }
}
