/** Copies batches of entries; each batch belongs to one directory. */
import { joinRaw, type RawPath } from '../../../paths.ts';
import { type Failure, toFailure } from '../../../errors/failure.ts';
import {
  fileStat,
  hasSameModeAndOwner,
  hasSameSize,
  hasSameTime,
  statAt,
} from '../native/file-stat.ts';
import { NameCursor } from '../native/name-cursor.ts';
import {
  newStatBuffer,
  S_IFDIR,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  statxField as field,
} from '../native/statx.ts';
import { hasDefaultAcl, XattrCopier } from '../native/xattrs.ts';
import type { Digest, DigestName } from '../round/digest.ts';
import { outcomeOf } from '../round/outcome.ts';
import { CopyRows } from '../round/packed-copies.ts';
import type { PackedBatch } from '../round/packed-outcomes.ts';
import type { JobBase, ThreadContext } from '../threads/messages.ts';
import { stopper } from '../threads/stop-flag.ts';
import { copyFile, type CopyOutcome, type FilePair, type OpenPair } from '../write/file.ts';
import { NewFile } from '../write/new-file.ts';
import { makeDirectory, withPair, type DirectoryFds } from '../write/open-pair.ts';
import { SourceEntry } from '../write/source-entry.ts';
import { copySpecial } from '../write/special.ts';
import { copySymlink } from '../write/symlink.ts';
import { updateMetadata } from '../write/update-metadata.ts';

/** Entries of one directory in columns, which cross threads at a lower cost than objects. */
export interface CopyBatch {
  readonly directory: RawPath;
  /** See joinNames. */
  readonly names: string;
  /** Modes with the file type, as the scan found them. */
  readonly modes: readonly number[];
  /** Digests of the content by name, for files of which only the metadata changed. */
  readonly digests?: ReadonlyMap<RawPath, Digest>;
}

export interface CopyEntriesJob extends JobBase, DirectoryFds {
  readonly type: 'copy entries';
  readonly batches: readonly CopyBatch[];
  readonly digest: DigestName;
  readonly cancel: SharedArrayBuffer;
  /** Counts a file as copied if size, time, mode and owner are the same at the destination. */
  readonly adoptSame?: boolean;
}

export interface CopyEntriesResult {
  /** One for each batch that was started, in order; the last may be incomplete. */
  readonly batches: readonly PackedBatch[];
  /** Set if the link failed: entries without an outcome were not tried. */
  readonly failure?: Failure;
}

const source = new SourceEntry();
const destinationStat = newStatBuffer();

export function copyEntries(job: CopyEntriesJob, thread: ThreadContext): CopyEntriesResult {
  const stopped = stopper(thread, job.cancel);
  const context = { ...thread, stopped };
  const xattrs = new XattrCopier();
  const batches: PackedBatch[] = [];
  try {
    for (const batch of job.batches) {
      const names = new NameCursor(batch.directory, batch.names);
      const rows = new CopyRows(names);
      try {
        copyBatch({ batch, job, context, xattrs, names, rows });
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

interface RunningBatch {
  readonly batch: CopyBatch;
  readonly job: CopyEntriesJob;
  readonly context: ThreadContext;
  readonly xattrs: XattrCopier;
  readonly names: NameCursor;
  readonly rows: CopyRows;
}

function copyBatch(running: RunningBatch): void {
  const { batch, job, context, xattrs, names, rows } = running;
  const { directory } = batch;
  try {
    withPair(job, directory, (fds) => {
      const newFile = new NewFile(fds.destinationFd, hasDefaultAcl(fds.destinationFd));
      const pair = { ...fds, directory, digest: job.digest, context, source, xattrs, newFile };
      while (!context.stopped() && names.next()) copyCurrent(pair, running);
    });
  } catch (thrown) {
    if (names.index >= 0) throw thrown;
    // The directory itself cannot be opened: that is the outcome of each of its entries.
    while (names.next()) rows.add(outcomeOf(names.name, thrown));
  }
}

/** Copies the entry of the current name. Throws failures of the link, not of the entry. */
function copyCurrent(pair: FilePair, running: RunningBatch): void {
  const { batch, names, rows } = running;
  const mode = batch.modes[names.index]!;
  try {
    if ((mode & S_IFMT) === S_IFREG) copyRegular(pair, running);
    else rows.add({ name: names.name, bytes: 0, ...copyOther(pair, names.name, mode) });
  } catch (thrown) {
    rows.add(outcomeOf(names.name, thrown));
  }
}

function copyRegular(pair: FilePair, { batch, job, names, rows }: RunningBatch): void {
  if (job.adoptSame === true && isAlreadyThere(pair, names)) return rows.copied(source.stat, '', 0);
  const known = batch.digests?.get(names.name);
  const digest = known !== undefined && updateMetadata(pair, names) ? known : copyFile(pair, names);
  if (digest === undefined) rows.add({ name: names.name, outcome: 'drifted', bytes: 0 });
  else rows.copied(source.stat, digest, source.size);
}

function copyOther(pair: OpenPair, name: RawPath, mode: number): CopyOutcome {
  switch (mode & S_IFMT) {
    case S_IFLNK:
      return copySymlink(pair, name);
    case S_IFDIR: {
      const path = joinRaw(pair.directory, name);
      source.lookUp(pair.sourceFd, name, path);
      makeDirectory(pair.destinationFd, name, path);
      return { outcome: 'copied', stat: fileStat(source.stat) };
    }
    default:
      return copySpecial(pair, name);
  }
}

/** Returns true if an earlier run, or another tool, has already copied the file. */
function isAlreadyThere(pair: OpenPair, names: NameCursor): boolean {
  if (statAt(pair.destinationFd, names.address, destinationStat) < 0) return false;
  source.lookUpAt(pair.sourceFd, names.address, names);
  return (
    field.nlink(source.stat) === 1 &&
    hasSameModeAndOwner(source.stat, destinationStat) &&
    hasSameSize(source.stat, destinationStat) &&
    hasSameTime(source.stat, destinationStat)
  );
}
