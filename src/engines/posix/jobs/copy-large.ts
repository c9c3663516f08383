/**
 * Copies a large file in durable parts, so that a dropped link costs one part and not the file. The
 * file grows under a stable temporary name. When the bytes of a part are durable at the destination,
 * its end and its digest are appended to the file's own journal. The digest of the file covers all of
 * it: a second run reads the durable parts back, and continues after the last one that is intact.
 */
import { toFailure, type Failure } from '../../../errors/failure.ts';
import { nameOf, parentOf, type RawPath } from '../../../paths.ts';
import { openJournal, readJournal, type Journal } from '../../../state/journal.ts';
import { check } from '../native/errno.ts';
import { fileStat, isAsRecorded, type FileStat } from '../native/file-stat.ts';
import { close, fdatasync, ftruncate, O, openat } from '../native/libc.ts';
import { copyMetadata } from '../native/metadata.ts';
import { nameAddress, temporaryAddress } from '../native/names.ts';
import { XattrCopier } from '../native/xattrs.ts';
import { newDigester, type Digest, type Digester, type DigestName } from '../round/digest.ts';
import { outcomeOf, type EntryOutcome } from '../round/outcome.ts';
import type { JobBase, ThreadContext } from '../threads/messages.ts';
import { stopper } from '../threads/stop-flag.ts';
import {
  copyRange,
  copySparseRange,
  digestRange,
  type DigestSink,
  type Transfer,
} from '../write/bytes.ts';
import type { CopyOutcome } from '../write/file.ts';
import { withPair, type DirectoryFds } from '../write/open-pair.ts';
import { partName } from '../write/own-names.ts';
import { renameIntoPlace } from '../write/rename-into-place.ts';
import { SourceEntry } from '../write/source-entry.ts';

export interface CopyLargeFileJob extends JobBase, DirectoryFds {
  readonly type: 'copy large file';
  readonly path: RawPath;
  readonly digest: DigestName;
  readonly partBytes: number;
  /** Journal of the parts of this file. */
  readonly journalPath: string;
  readonly cancel: SharedArrayBuffer;
}

export interface CopyLargeFileResult {
  /** Absent if the job was stopped or the link failed: the journal has what is durable. */
  readonly outcome?: EntryOutcome;
  readonly failure?: Failure;
}

/** Journal record: the source's stat, and how many bytes of it are durable. */
interface DurablePart {
  /** End of the part in the file. */
  readonly bytes: number;
  readonly stat: FileStat;
  /** Digest of the bytes since the end of the previous part. */
  readonly digest: Digest;
}
/** The path comes first, before any byte is copied: an abandoned part can be found and removed. */
export type PartsRecord = { readonly path: RawPath } | DurablePart;

const source = new SourceEntry();

export function copyLargeFile(job: CopyLargeFileJob, thread: ThreadContext): CopyLargeFileResult {
  const name = nameOf(job.path);
  const context = { ...thread, stopped: stopper(thread, job.cancel) };
  try {
    const copied = withPair(job, parentOf(job.path), (fds) => copyInParts(fds, job, context));
    if (!copied) return {};
    if (copied.outcome === 'drifted') return { outcome: { name, outcome: 'drifted', bytes: 0 } };
    return { outcome: { name, ...copied, bytes: copied.stat.sizeBytes } };
  } catch (thrown) {
    return outcomeOrFailure(name, thrown);
  }
}

function outcomeOrFailure(name: RawPath, thrown: unknown): CopyLargeFileResult {
  try {
    return { outcome: outcomeOf(name, thrown) };
  } catch {
    return { failure: toFailure(thrown) };
  }
}

/** Returns undefined if the job was stopped. */
function copyInParts(
  fds: DirectoryFds,
  job: CopyLargeFileJob,
  context: ThreadContext,
): CopyOutcome | undefined {
  try {
    source.open(fds.sourceFd, nameAddress(nameOf(job.path)), job.path);
    if (!source.isRegular) return { outcome: 'drifted' };
    return copyOpened(fds, job, context);
  } finally {
    source.close();
  }
}

function copyOpened(
  fds: DirectoryFds,
  job: CopyLargeFileJob,
  context: ThreadContext,
): CopyOutcome | undefined {
  const { path: where, digest } = job;
  const journal = openJournal<PartsRecord>(job.journalPath);
  let to = -1;
  try {
    if (partsIn(job.journalPath) === undefined) {
      journal.append({ path: where });
      journal.commit();
    }
    to = openPart(fds.destinationFd, where);
    const whole = transferParts({ from: source.fd, to, where, digest, context }, journal, job);
    if (whole !== undefined) return publish(fds, where, to, whole.finish());
    return context.stopped() ? undefined : { outcome: 'drifted' };
  } finally {
    journal.close();
    if (to >= 0) close(to);
  }
}

function openPart(directoryFd: number, where: RawPath): number {
  const name = temporaryAddress(partName(nameOf(where)));
  const flags = O.RDWR | O.CREAT | O.NOFOLLOW | O.CLOEXEC;
  return check(openat(directoryFd, name, flags, 0o600), 'create', 'destination', where);
}

/** Reads the parts in a journal; undefined if it has no record at all. */
function partsIn(journalPath: string): readonly DurablePart[] | undefined {
  const [head, ...parts] = readJournal<PartsRecord>(journalPath);
  return head && parts.filter((record): record is DurablePart => 'bytes' in record);
}

/** Returns the digester of the whole file; undefined if the job was stopped or the source changed. */
function transferParts(
  transfer: Transfer,
  journal: Journal<PartsRecord>,
  job: CopyLargeFileJob,
): Digester | undefined {
  const { to, where, context } = transfer;
  const { size, hasHoles } = source;
  const copy = hasHoles ? copySparseRange : copyRange;
  const { digester, durableBytes } = resume(transfer, job.journalPath);
  for (let at = durableBytes; at < size;) {
    if (context.stopped()) return undefined;
    const end = Math.min(size, at + job.partBytes);
    const part = newDigester(transfer.digest);
    if (!copy(transfer, at, end, both(digester, part))) return undefined;
    if (source.hasChanged(where)) return undefined;
    check(ftruncate(to, end), 'set the length of', 'destination', where);
    check(fdatasync(to), 'sync', 'destination', where);
    journal.append({ bytes: end, stat: fileStat(source.stat), digest: part.finish() });
    journal.commit();
    at = end;
  }
  return digester;
}

const both = (one: Digester, other: Digester): DigestSink => ({
  update(bytes) {
    one.update(bytes);
    other.update(bytes);
  },
});

interface ResumePoint {
  /** Has taken the bytes before `durableBytes`. */
  readonly digester: Digester;
  readonly durableBytes: number;
}

/**
 * Reads back the durable parts. If one of them is not intact, empties the file and starts at 0. If the
 * job is stopped meanwhile, leaves the file as it is.
 */
function resume(transfer: Transfer, journalPath: string): ResumePoint {
  const { to, where, digest, context } = transfer;
  let digester = newDigester(digest);
  let durableBytes = 0;
  for (const part of latestParts(journalPath)) {
    if (!isIntact(transfer, durableBytes, part, digester)) {
      if (context.stopped()) return { digester, durableBytes };
      digester = newDigester(digest);
      durableBytes = 0;
      break;
    }
    durableBytes = part.bytes;
  }
  check(ftruncate(to, durableBytes), 'cut', 'destination', where);
  return { digester, durableBytes };
}

/** Returns the parts of the last attempt; none if the source has changed since. */
function latestParts(journalPath: string): readonly DurablePart[] {
  const parts = partsIn(journalPath) ?? [];
  const begin = parts.findLastIndex((part, i) => part.bytes <= (parts[i - 1]?.bytes ?? Infinity));
  const latest = parts.slice(Math.max(0, begin));
  return latest.every(({ stat }) => isAsRecorded(source.stat, stat)) ? latest : [];
}

/** Reads a part back, also into the digest of the whole file, and compares its digest. */
function isIntact(
  { to, where, digest, context }: Transfer,
  start: number,
  part: DurablePart,
  whole: Digester,
): boolean {
  const found = newDigester(digest);
  const isComplete = digestRange(to, start, part.bytes, {
    sink: both(whole, found),
    where,
    side: 'destination',
    stopped: context.stopped,
  });
  return isComplete && found.finish() === part.digest;
}

/** Applies the metadata and renames the complete file to its name. */
function publish(fds: DirectoryFds, where: RawPath, to: number, digest: Digest): CopyOutcome {
  const name = nameOf(where);
  copyMetadata(source, to, where, new XattrCopier());
  if (source.hasChanged(where)) return { outcome: 'drifted' };
  renameIntoPlace(fds.destinationFd, temporaryAddress(partName(name)), nameAddress(name), where);
  return { outcome: 'copied', stat: fileStat(source.stat), digest };
}
