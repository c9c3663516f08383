/**
 * Thread side: a file too large to begin anew after every drop. It grows under a stable temporary
 * name, part after part; a part counts when its bytes are durable at the destination and then its
 * end and its digest are in a journal of its own. The digest of the file is that of the whole: a
 * second run reads the durable parts back, and goes on behind the last one that is as it was copied.
 */
import { toFailure, type Failure } from '../../../errors/failure.ts';
import { openJournal, readJournal, type Journal } from '../../../state/journal.ts';
import { joinRaw, nameOf, parentOf, type RawPath } from '../../../paths.ts';
import {
  copyRange,
  copySparseRange,
  digestRange,
  type Transfer,
  type Updated,
} from '../write/bytes.ts';
import { OPEN_SOURCE, type Copied, type OpenPair } from '../write/file.ts';
import { newDigester, type Digest, type Digester, type DigestName } from '../round/digest.ts';
import { S_IFMT, S_IFREG } from '../native/statx.ts';
import { outcomeOf, type EntryOutcome } from '../round/outcome.ts';
import {
  after,
  before,
  fileStat,
  sameAsRecorded,
  sameMoment,
  statOpen,
  type FileStat,
} from '../native/file-stat.ts';
import type { JobBase, ThreadContext } from '../threads/messages.ts';
import { copyMetadata } from '../native/metadata.ts';
import { check } from '../native/errno.ts';
import { nameAddress, temporaryAddress } from '../native/names.ts';
import { withPair, type RootFds } from '../write/open-pair.ts';
import { renameIntoPlace } from '../write/rename-into-place.ts';
import { stopper } from '../threads/stop-flag.ts';
import { close, fdatasync, ftruncate, O, openat, statxField as field } from '../native/libc.ts';
import { partName } from '../write/own-names.ts';

export interface CopyLargeFileJob extends JobBase, RootFds {
  readonly type: 'copy large file';
  readonly path: RawPath;
  readonly digest: DigestName;
  readonly partBytes: number;
  /** Journal of the parts of this file. */
  readonly journalPath: string;
  readonly cancel: SharedArrayBuffer;
}

export interface CopyLargeFileResult {
  /** Absent when it was stopped or the link went away: what is durable is in its journal. */
  readonly outcome?: EntryOutcome;
  readonly failure?: Failure;
}

/** A journal record: the source was so, and so many bytes of it are durable. */
interface Part {
  readonly bytes: number;
  readonly stat: FileStat;
  /** Of the bytes since the part before. */
  readonly digest: Digest;
}
/** The first record is there before the first byte is: what is left behind can be found and removed. */
export type PartsRecord = { readonly path: RawPath } | Part;

export function copyLargeFile(job: CopyLargeFileJob, context: ThreadContext): CopyLargeFileResult {
  const name = nameOf(job.path);
  const stopped = stopper(context, job.cancel);
  try {
    const copied = withPair(job, parentOf(job.path), (fds) =>
      copyParts(
        {
          ...fds,
          directory: parentOf(job.path),
          digest: job.digest,
          context: { ...context, stopped },
        },
        name,
        job,
      ),
    );
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

/** undefined when it was stopped. */
function copyParts(pair: OpenPair, name: RawPath, job: CopyLargeFileJob): Copied | undefined {
  const path = joinRaw(pair.directory, name);
  const from = check(
    openat(pair.sourceFd, nameAddress(name), OPEN_SOURCE, 0),
    'open',
    'source',
    path,
  );
  let to = -1;
  const journal = openJournal<PartsRecord>(job.journalPath);
  try {
    statOpen(from, before, 'source', path);
    if ((field.mode(before) & S_IFMT) !== S_IFREG) return { outcome: 'drifted' };
    if (partsIn(job.journalPath) === undefined) {
      journal.append({ path });
      journal.commit();
    }
    const flags = O.RDWR | O.CREAT | O.NOFOLLOW | O.CLOEXEC;
    to = check(
      openat(pair.destinationFd, temporaryAddress(partName(name)), flags, 0o600),
      'create',
      'destination',
      path,
    );
    const { digest, context } = pair;
    const transfer: Transfer = { from, to, where: path, digest, context };
    return transferParts(transfer, journal, job) ? finish(pair, name, transfer) : drifted(pair);
  } finally {
    journal.close();
    close(from);
    if (to >= 0) close(to);
  }
}

let digester: Digester;

const drifted = ({ context }: OpenPair): Copied | undefined =>
  context.stopped() ? undefined : { outcome: 'drifted' };

/** Undefined when the journal was just begun. */
function partsIn(journalPath: string): readonly Part[] | undefined {
  const [head, ...parts] = readJournal<PartsRecord>(journalPath);
  return head && parts.filter((one): one is Part => 'bytes' in one);
}

/** False when it was stopped or the source changed. */
function transferParts(
  transfer: Transfer,
  journal: Journal<PartsRecord>,
  job: CopyLargeFileJob,
): boolean {
  const { from, to, where, context } = transfer;
  const size = field.size(before);
  const copy = field.blocks(before) * 512 < size ? copySparseRange : copyRange;
  let at = resumeAt(transfer, job);
  while (at < size) {
    if (context.stopped()) return false;
    const end = Math.min(size, at + job.partBytes);
    const part = newDigester(transfer.digest);
    if (!copy(transfer, at, end, both(digester, part))) return false;
    statOpen(from, after, 'source', where);
    if (!sameMoment(before, after)) return false;
    check(ftruncate(to, end), 'set the length of', 'destination', where);
    check(fdatasync(to), 'sync', 'destination', where);
    journal.append({ bytes: end, stat: fileStat(before), digest: part.finish() });
    journal.commit();
    at = end;
  }
  return true;
}

const both = (one: Digester, other: Digester): Updated => ({
  update(bytes) {
    one.update(bytes);
    other.update(bytes);
  },
});

/**
 * Where to go on, with the digest of what is there; 0 and an empty file when something of it is not as
 * it was copied. What is there stays when this is stopped.
 */
function resumeAt(transfer: Transfer, { journalPath }: CopyLargeFileJob): number {
  const { to, where, digest, context } = transfer;
  digester = newDigester(digest);
  let at = 0;
  for (const part of latestParts(journalPath)) {
    if (!isAsCopied(transfer, at, part)) {
      if (context.stopped()) return at;
      digester = newDigester(digest);
      at = 0;
      break;
    }
    at = part.bytes;
  }
  check(ftruncate(to, at), 'cut', 'destination', where);
  return at;
}

/** Of the last attempt, if the source is still as it was then. */
function latestParts(journalPath: string): readonly Part[] {
  const parts = partsIn(journalPath) ?? [];
  const begin = parts.findLastIndex((part, i) => part.bytes <= (parts[i - 1]?.bytes ?? Infinity));
  const latest = parts.slice(Math.max(0, begin));
  return latest.every(({ stat }) => sameAsRecorded(before, stat)) ? latest : [];
}

/** Reads a part back, also into the digest of the whole. */
function isAsCopied({ to, where, digest, context }: Transfer, at: number, part: Part): boolean {
  const found = newDigester(digest);
  const isWhole = digestRange(to, at, part.bytes, {
    digester: both(digester, found),
    where,
    side: 'destination',
    stopped: context.stopped,
  });
  return isWhole && found.finish() === part.digest;
}

function finish(pair: OpenPair, name: RawPath, { from, to, where }: Transfer): Copied {
  copyMetadata(from, to, where, true);
  statOpen(from, after, 'source', where);
  if (!sameMoment(before, after)) return { outcome: 'drifted' };
  renameIntoPlace(pair.destinationFd, temporaryAddress(partName(name)), nameAddress(name), where);
  return { outcome: 'copied', stat: fileStat(before), digest: digester.finish() };
}
