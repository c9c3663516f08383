/**
 * Thread side: a file too large to begin anew after every drop. It grows under a stable temporary
 * name, part after part; a part counts when its bytes are durable at the destination and then its
 * end is in a journal of its own. The digest is that of the whole file: a second run reads the
 * durable parts back from the destination, which proves them on the way.
 */
import { toFailure, type Failure } from '../../errors.ts';
import { openJournal, readJournal, type Journal } from '../../ledger/journal.ts';
import { joinRaw, nameOf, parentOf, type RawPath } from '../../paths.ts';
import { copyRange, copySparseRange, digestRange, type Transfer } from './copy-bytes.ts';
import { OPEN_SOURCE, type Copied, type OpenPair } from './copy-file.ts';
import { newDigester, type Digester, type DigestName } from './digest.ts';
import { outcomeOf, type EntryOutcome } from './entry-outcome.ts';
import {
  after,
  before,
  fileStat,
  sameAsRecorded,
  sameMoment,
  statOpen,
  type FileStat,
} from './file-stat.ts';
import type { JobBase, ThreadContext } from './messages.ts';
import { setMetadata } from './metadata.ts';
import { check } from './native-error.ts';
import { nameAddress, temporaryAddress } from './native-names.ts';
import { withPair, type RootFds } from './open-pair.ts';
import { renameIntoPlace } from './rename-into-place.ts';
import { stopper } from './step-signal.ts';
import { close, fdatasync, ftruncate, O, openat, statxField as field } from './sys.ts';
import { partName } from './temp-names.ts';
import { copyXattrs } from './xattrs.ts';

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
}

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
  const journal = openJournal<Part>(job.journalPath);
  try {
    statOpen(from, before, 'source', path);
    const flags = O.RDWR | O.CREAT | O.NOFOLLOW | O.CLOEXEC;
    to = check(
      openat(pair.destinationFd, temporaryAddress(partName(name)), flags, 0o600),
      'create',
      'destination',
      path,
    );
    const transfer: Transfer = { from, to, path, digest: pair.digest, context: pair.context };
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

/** False when it was stopped or the source changed. */
function transferParts(transfer: Transfer, journal: Journal<Part>, job: CopyLargeFileJob): boolean {
  const { from, to, path, context } = transfer;
  const size = field.size(before);
  const copy = field.blocks(before) * 512 < size ? copySparseRange : copyRange;
  let at = resumeAt(transfer, job);
  while (at < size) {
    if (context.stopped()) return false;
    const end = Math.min(size, at + job.partBytes);
    if (!copy(transfer, at, end, digester)) return false;
    statOpen(from, after, 'source', path);
    if (!sameMoment(before, after)) return false;
    check(ftruncate(to, end), 'set the length of', 'destination', path);
    check(fdatasync(to), 'sync', 'destination', path);
    journal.append({ bytes: end, stat: fileStat(before) });
    journal.commit();
    at = end;
  }
  return true;
}

/** Where to go on, with the digest of what is there; 0 and an empty file when nothing is to be trusted. */
function resumeAt(
  { to, path, digest, context }: Transfer,
  { journalPath }: CopyLargeFileJob,
): number {
  let last: Part | undefined;
  for (const part of readJournal<Part>(journalPath)) last = part;
  digester = newDigester(digest);
  if (last && sameAsRecorded(before, last.stat)) {
    const options = { digester, path, side: 'destination' as const, stopped: context.stopped };
    if (digestRange(to, last.bytes, options)) return last.bytes;
    digester = newDigester(digest);
  }
  check(ftruncate(to, 0), 'empty', 'destination', path);
  return 0;
}

function finish(pair: OpenPair, name: RawPath, { from, to, path }: Transfer): Copied {
  copyXattrs(from, to, path, true);
  setMetadata(to, before, path);
  statOpen(from, after, 'source', path);
  if (!sameMoment(before, after)) return { outcome: 'drifted' };
  renameIntoPlace(pair.destinationFd, partName(name), name, path);
  return { outcome: 'copied', stat: fileStat(before), digest: digester.finish() };
}
