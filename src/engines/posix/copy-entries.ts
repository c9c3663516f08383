/** Thread side of the copy: batches of entries, each of one directory. */
import { joinRaw, type RawPath } from '../../paths.ts';
import type { Failure } from '../../errors.ts';
import { toFailure } from '../../errors.ts';
import { copyFile, type Copied, type OpenPair } from './copy-file.ts';
import { copySpecial } from './copy-special.ts';
import { copySymlink } from './copy-symlink.ts';
import type { Digest, DigestName } from './digest.ts';
import { outcomeOf, type EntryOutcome } from './entry-outcome.ts';
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from './entry-stat.ts';
import { after, before, fileStat, statName } from './file-stat.ts';
import type { JobBase, ThreadContext } from './messages.ts';
import { check } from './native-error.ts';
import { stopper } from './step-signal.ts';
import { updateMetadata } from './update-metadata.ts';
import { givesAcl } from './xattrs.ts';
import { makeDirectory, withPair, type RootFds } from './open-pair.ts';
import { packBatch, type PackedBatch } from './packed-outcomes.ts';

interface CopyItem {
  readonly name: RawPath;
  readonly mode: number;
  readonly digest?: Digest | undefined;
}

/** Entries of one directory, in columns: they cross threads cheaper than objects. */
export interface CopyBatch {
  readonly directory: RawPath;
  readonly names: readonly RawPath[];
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
      const outcomes: EntryOutcome[] = [];
      try {
        copyBatch(batch, job, context, outcomes);
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

function copyBatch(
  batch: CopyBatch,
  job: CopyEntriesJob,
  context: ThreadContext,
  outcomes: EntryOutcome[],
): void {
  try {
    withPair(job, batch.directory, (fds) => {
      const { directory } = batch;
      const { digest, adoptSame = false } = job;
      const inherits = givesAcl(fds.destinationFd);
      const pair: OpenPair = { ...fds, directory, digest, context, adoptSame, inherits };
      for (const [i, name] of batch.names.entries()) {
        if (context.stopped()) return;
        const item = { name, mode: batch.modes[i]!, digest: batch.digests?.get(name) };
        outcomes.push(copyItem(pair, item));
      }
    });
  } catch (thrown) {
    // The directory itself cannot be opened: that is the outcome of each of its entries.
    for (const name of batch.names.slice(outcomes.length)) outcomes.push(outcomeOf(name, thrown));
  }
}

function copyItem(pair: OpenPair, item: CopyItem): EntryOutcome {
  const { name, mode } = item;
  try {
    const copied = copyByKind(pair, item);
    if (copied.outcome === 'drifted') return { name, outcome: 'drifted', bytes: 0 };
    const isFile = (mode & S_IFMT) === S_IFREG;
    const { stat, digest } = copied;
    const bytes = isFile && !copied.adopted ? stat.sizeBytes : 0;
    return digest === undefined
      ? { name, outcome: 'copied', bytes, stat }
      : { name, outcome: 'copied', bytes, stat, digest };
  } catch (thrown) {
    return outcomeOf(name, thrown);
  }
}

function copyByKind(pair: OpenPair, { name, mode, digest }: CopyItem): Copied {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return (
        (pair.adoptSame ? adopted(pair, name) : undefined) ??
        (digest === undefined ? undefined : updateMetadata(pair, name, digest)) ??
        copyFile(pair, name)
      );
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

/** What an earlier run, or another tool, has brought over already. */
function adopted(pair: OpenPair, name: RawPath): Copied | undefined {
  if (statName(pair.destinationFd, name, after) < 0) return undefined;
  const path = joinRaw(pair.directory, name);
  check(statName(pair.sourceFd, name, before), 'stat', 'source', path);
  const stat = fileStat(before);
  const there = fileStat(after);
  const same =
    stat.nlink === 1 &&
    stat.mode === there.mode &&
    stat.uid === there.uid &&
    stat.gid === there.gid &&
    stat.sizeBytes === there.sizeBytes &&
    stat.mtimeSeconds === there.mtimeSeconds &&
    stat.mtimeNanoseconds === there.mtimeNanoseconds;
  return same ? { outcome: 'copied', stat, adopted: true } : undefined;
}
