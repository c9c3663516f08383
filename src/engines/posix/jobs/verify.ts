/** Reads the destination back and compares it with the metadata and the digest of the copy. */
import { LonghaulError, toFailure, type Failure } from '../../../errors/failure.ts';
import { joinRaw, printable, rawToBytes, type RawPath } from '../../../paths.ts';
import { check, type Side } from '../native/errno.ts';
import { isAsRecorded, statName, type FileStat } from '../native/file-stat.ts';
import {
  close,
  errnoName,
  fadvise,
  FADV_DONTNEED,
  O,
  openat,
  openBeneath,
  type Block,
} from '../native/libc.ts';
import { nameAddress } from '../native/names.ts';
import {
  newStatBuffer,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  statxField as field,
} from '../native/statx.ts';
import { digestOf, newDigester, type Digest, type DigestName } from '../round/digest.ts';
import { outcomeOf, type EntryOutcome } from '../round/outcome.ts';
import { packBatch, type PackedBatch } from '../round/packed-outcomes.ts';
import type { JobBase, ThreadContext } from '../threads/messages.ts';
import { stopper } from '../threads/stop-flag.ts';
import { digestRange } from '../write/bytes.ts';
import type { DirectoryFds } from '../write/open-pair.ts';
import { OPEN_SOURCE } from '../write/source-entry.ts';
import { readTarget } from '../write/symlink.ts';

export interface VerifyItem {
  readonly name: RawPath;
  /** Stat of the source when it was copied. */
  readonly stat: FileStat;
  readonly digest?: Digest;
}

export interface VerifyBatch {
  readonly directory: RawPath;
  readonly items: readonly VerifyItem[];
}

export interface VerifyEntriesJob extends JobBase, DirectoryFds {
  readonly type: 'verify entries';
  readonly batches: readonly VerifyBatch[];
  readonly digest: DigestName;
  readonly cancel: SharedArrayBuffer;
}

export interface VerifyEntriesResult {
  readonly batches: readonly PackedBatch[];
  readonly failure?: Failure;
}

const DIRECTORY = O.RDONLY | O.DIRECTORY;
const destinationStat = newStatBuffer();
const currentSourceStat = newStatBuffer();

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

/** errno values that mean "directory missing", including a file or symlink in its place. */
const MISSING: readonly string[] = ['ENOENT', 'ENOTDIR', 'ELOOP'];

function verifyBatch(
  { directory, items }: VerifyBatch,
  job: VerifyEntriesJob,
  stopped: () => boolean,
  outcomes: EntryOutcome[],
): void {
  const fd = openBeneath(job.destinationFd, rawToBytes(directory), DIRECTORY);
  if (fd < 0 && !MISSING.includes(errnoName())) check(fd, 'open', 'destination', directory);
  try {
    for (const item of items) {
      if (stopped()) return;
      outcomes.push(verifyItem({ item, job, fd, directory, stopped }));
    }
  } finally {
    if (fd >= 0) close(fd);
  }
}

interface Verification {
  readonly item: VerifyItem;
  readonly job: VerifyEntriesJob;
  /** The directory at the destination; negative if it is missing. */
  readonly fd: number;
  readonly directory: RawPath;
  readonly stopped: () => boolean;
}

function verifyItem(verification: Verification): EntryOutcome {
  const { item, job, directory, fd } = verification;
  const { name, stat } = item;
  const bytes = (stat.mode & S_IFMT) === S_IFREG ? stat.sizeBytes : 0;
  try {
    const difference = fd < 0 ? 'it is missing' : differenceOf(verification);
    if (difference === undefined) return { name, outcome: 'verified', bytes };
    if (hasSourceChanged(job, directory, item)) return { name, outcome: 'drifted', bytes };
    const failure = corruptCopy(joinRaw(directory, name), difference);
    return { name, outcome: 'corrupt', bytes, failure };
  } catch (thrown) {
    return outcomeOf(name, thrown);
  }
}

function corruptCopy(path: RawPath, difference: string): Failure {
  const text = printable(path);
  const message = `${text} at the destination is not what was copied: ${difference}`;
  return toFailure(new LonghaulError('CORRUPT_COPY', message, { path: text }));
}

/** Describes how the destination differs from the copy; undefined if it does not. */
function differenceOf({ item, job, fd, directory, stopped }: Verification): string | undefined {
  const { name, stat } = item;
  const path = joinRaw(directory, name);
  if (statName(fd, name, destinationStat) < 0) {
    if (errnoName() === 'ENOENT') return 'it is missing';
    check(-1, 'stat', 'destination', path);
  }
  const metadata = metadataDifference(destinationStat, stat);
  if (metadata !== undefined) return metadata;
  const type = stat.mode & S_IFMT;
  if (type === S_IFLNK && item.digest) {
    const digest = digestOf(job.digest, readTarget(fd, name, 'destination', path));
    return digest === item.digest ? undefined : 'the link has another target';
  }
  if (type !== S_IFREG) return undefined;
  const reading = { path, size: stat.sizeBytes, algorithm: job.digest, stopped };
  const expected = item.digest ?? sourceDigest(job, directory, name, reading);
  const found = contentDigest(fd, name, 'destination', reading);
  return found !== undefined && found === expected ? undefined : 'its content differs';
}

function metadataDifference(found: Block, expected: FileStat): string | undefined {
  const type = expected.mode & S_IFMT;
  const mode = field.mode(found);
  if ((mode & S_IFMT) !== type) return 'it has another file type';
  if (type !== S_IFLNK && mode !== expected.mode)
    return `its mode is ${(mode & 0o7777).toString(8)}`;
  if (field.uid(found) !== expected.uid || field.gid(found) !== expected.gid)
    return 'it has another owner';
  if (type === S_IFDIR) return undefined; // the next write in it changes its time; see finish.ts
  if (type === S_IFREG && field.size(found) !== expected.sizeBytes)
    return `it has ${field.size(found)} bytes`;
  const hasSameTime =
    field.mtimeSeconds(found) === expected.mtimeSeconds &&
    field.mtimeNanoseconds(found) === expected.mtimeNanoseconds;
  return hasSameTime ? undefined : 'it has another modification time';
}

interface Reading {
  readonly path: RawPath;
  readonly size: number;
  readonly algorithm: DigestName;
  readonly stopped: () => boolean;
}

/** Digests the source, for an entry that was adopted and not copied: no copy took a digest of it. */
function sourceDigest(
  job: VerifyEntriesJob,
  directory: RawPath,
  name: RawPath,
  reading: Reading,
): Digest | undefined {
  const opened = openBeneath(job.sourceFd, rawToBytes(directory), DIRECTORY);
  const fd = check(opened, 'open', 'source', directory);
  try {
    return contentDigest(fd, name, 'source', reading);
  } finally {
    close(fd);
  }
}

/** Digests what the storage has, not what the page cache has; undefined if the file is shorter. */
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
    const isWhole = digestRange(file, 0, size, { sink: digester, where: path, side, stopped });
    if (!isWhole && stopped()) throw new LonghaulError('INTERRUPTED', 'Stopped');
    return isWhole ? digester.finish() : undefined;
  } finally {
    close(file);
  }
}

/** Returns true if the source has changed since it was copied: then a difference is drift. */
function hasSourceChanged(
  job: DirectoryFds,
  directory: RawPath,
  { name, stat }: VerifyItem,
): boolean {
  const fd = openBeneath(job.sourceFd, rawToBytes(directory), DIRECTORY);
  if (fd < 0) {
    if (errnoName() === 'ENOENT') return true;
    check(fd, 'open', 'source', directory);
  }
  try {
    if (statName(fd, name, currentSourceStat) < 0) {
      if (errnoName() === 'ENOENT') return true;
      check(-1, 'stat', 'source', joinRaw(directory, name));
    }
    return !isAsRecorded(currentSourceStat, stat);
  } finally {
    close(fd);
  }
}
