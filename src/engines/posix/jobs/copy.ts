/** Thread side of the copy: batches of entries, each of one directory. */
import { joinRaw, type RawPath } from '../../../paths.ts';
import { type Failure, toFailure } from '../../../errors/failure.ts';
import { copyFile, type Copied, type FilePair, type OpenPair } from '../write/file.ts';
import { copySpecial } from '../write/special.ts';
import { copySymlink } from '../write/symlink.ts';
import type { Digest, DigestName } from '../round/digest.ts';
import { outcomeOf, type EntryOutcome } from '../round/outcome.ts';
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../native/statx.ts';
import { after, before, fileStat, statAt, statName } from '../native/file-stat.ts';
import type { JobBase, ThreadContext } from '../threads/messages.ts';
import { check } from '../native/errno.ts';
import { NewFile } from '../write/new-file.ts';
import { stopper } from '../threads/stop-flag.ts';
import { updateMetadata } from '../write/update-metadata.ts';
import { givesAcl } from '../native/xattrs.ts';
import { makeDirectory, withPair, type RootFds } from '../write/open-pair.ts';
import { NameCursor } from '../native/name-cursor.ts';
import { CopyRows } from '../round/packed-copies.ts';
import type { PackedBatch } from '../round/packed-outcomes.ts';
import { statxField as field } from '../native/libc.ts';

/** Entries of one directory, in columns: they cross threads cheaper than objects. */
export interface CopyBatch {
  readonly directory: RawPath;
  /** See joinNames. */
  readonly names: string;
  /** As the scan saw them, with the file type. */
  readonly modes: readonly number[];
  /** By name: the digest of the content, when only the metadata changed. */
  readonly digests?: ReadonlyMap<RawPath, Digest>;
}

export interface CopyEntriesJob extends JobBase, RootFds {
  readonly type: 'copy entries';
  readonly batches: readonly CopyBatch[];
  readonly digest: DigestName;
  readonly cancel: SharedArrayBuffer;
  /** A file that has the same size, time, mode and owner at the destination is taken as copied. */
  readonly adoptSame?: boolean;
}

export interface CopyEntriesResult {
  /** One for each batch that was begun, in order; the last may be short. */
  readonly batches: readonly PackedBatch[];
  /** The link is away: what is missing was not tried. */
  readonly failure?: Failure;
}

export function copyEntries(job: CopyEntriesJob, thread: ThreadContext): CopyEntriesResult {
  const stopped = stopper(thread, job.cancel);
  const context = { ...thread, stopped };
  const batches: PackedBatch[] = [];
  try {
    for (const batch of job.batches) {
      const names = new NameCursor(batch.directory, batch.names);
      const rows = new CopyRows(names);
      try {
        copyBatch({ batch, job, context, names, rows });
      } finally {
        batches.push(rows.pack());
      }
      if (stopped()) break;
    }
    return { batches };
  } catch (thrown) {
    return { batches, failure: toFailure(thrown) };
  }
}

interface Work {
  readonly batch: CopyBatch;
  readonly job: CopyEntriesJob;
  readonly context: ThreadContext;
  readonly names: NameCursor;
  readonly rows: CopyRows;
}

function copyBatch(work: Work): void {
  const { batch, job, context, names, rows } = work;
  const { directory } = batch;
  try {
    withPair(job, directory, (fds) => {
      const { digest, adoptSame = false } = job;
      const inherits = givesAcl(fds.destinationFd);
      const newFile = new NewFile(fds.destinationFd, inherits);
      const pair = { ...fds, directory, digest, context, adoptSame, inherits, newFile };
      while (!context.stopped() && names.next()) copyItem(pair, work);
    });
  } catch (thrown) {
    if (names.index >= 0) throw thrown;
    // The directory itself cannot be opened: that is the outcome of each of its entries.
    while (names.next()) rows.add(outcomeOf(names.name, thrown));
  }
}

/** The current name. Throws what concerns the link and not the entry. */
function copyItem(pair: FilePair, { batch, names, rows }: Work): void {
  const mode = batch.modes[names.index]!;
  try {
    if ((mode & S_IFMT) === S_IFREG) copyRegular(pair, names, rows, batch.digests);
    else rows.add(copyOther(pair, names.name, mode));
  } catch (thrown) {
    rows.add(outcomeOf(names.name, thrown));
  }
}

function copyRegular(
  pair: FilePair,
  names: NameCursor,
  rows: CopyRows,
  digests: CopyBatch['digests'],
): void {
  if (pair.adoptSame && isThere(pair, names)) return rows.copied(before, '', 0);
  const known = digests?.get(names.name);
  const digest = known !== undefined && updateMetadata(pair, names) ? known : copyFile(pair, names);
  if (digest === undefined) rows.add({ name: names.name, outcome: 'drifted', bytes: 0 });
  else rows.copied(before, digest, field.size(before));
}

function copyOther(pair: OpenPair, name: RawPath, mode: number): EntryOutcome {
  return { name, bytes: 0, ...copyByKind(pair, name, mode) };
}

function copyByKind(pair: OpenPair, name: RawPath, mode: number): Copied {
  switch (mode & S_IFMT) {
    case S_IFLNK:
      return copySymlink(pair, name);
    case S_IFDIR: {
      const path = joinRaw(pair.directory, name);
      check(statName(pair.sourceFd, name, before), 'stat', 'source', path);
      const stat = fileStat(before);
      makeDirectory(pair.destinationFd, name, path);
      return { outcome: 'copied', stat };
    }
    default:
      return copySpecial(pair, name);
  }
}

/** Whether an earlier run, or another tool, has brought it over already; the source is in `before` then. */
function isThere(pair: OpenPair, names: NameCursor): boolean {
  if (statAt(pair.destinationFd, names.address, after) < 0) return false;
  check(statAt(pair.sourceFd, names.address, before), 'stat', 'source', names);
  return (
    field.nlink(before) === 1 &&
    field.mode(before) === field.mode(after) &&
    field.uid(before) === field.uid(after) &&
    field.gid(before) === field.gid(after) &&
    field.size(before) === field.size(after) &&
    field.mtimeSeconds(before) === field.mtimeSeconds(after) &&
    field.mtimeNanoseconds(before) === field.mtimeNanoseconds(after)
  );
}
