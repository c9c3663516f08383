/** The small work of a chunk, cut into jobs: several directories a job, or a part of one, in order. */
import type { RawPath } from '../../paths.ts';
import type { CopyBatch } from './copy-entries.ts';
import { digestText, type Digest } from './digest.ts';
import { S_IFMT, S_IFREG } from './entry-stat.ts';
import { joinNames } from './name-cursor.ts';
import { isAfter, type Place } from './outcome-journal.ts';
import type { WorkDirectory, WorkEntry } from './worklist.ts';

export const BATCH_ENTRIES = 256;
const BATCH_BYTES = 8 * 2 ** 20;

export interface BatchOptions {
  /** Everything up to here is done. */
  readonly after: Place | undefined;
  /** What goes a way of its own, or is not copied. */
  readonly leftOut: (directory: RawPath, name: RawPath, isFile: boolean) => boolean;
}

export function* copyBatches(
  worklist: Iterable<WorkDirectory>,
  options: BatchOptions,
): Generator<CopyBatch[], void, undefined> {
  let group: GrowingBatch[] = [];
  let entries = 0;
  let bytes = 0;
  for (const work of worklist) {
    let batch = emptyBatch(work.path);
    for (const one of work.entries) {
      if (!isDue(work.path, one, options)) continue;
      bytes += addTo(batch, one);
      if (++entries < BATCH_ENTRIES && bytes < BATCH_BYTES) continue;
      yield [...group, batch].map(finished);
      [group, batch, entries, bytes] = [[], emptyBatch(work.path), 0, 0];
    }
    if (batch.names.length > 0) group.push(batch);
  }
  if (group.length > 0) yield group.map(finished);
}

interface GrowingBatch {
  readonly directory: RawPath;
  readonly names: RawPath[];
  readonly modes: number[];
  digests?: Map<RawPath, Digest>;
}

const emptyBatch = (directory: RawPath): GrowingBatch => ({ directory, names: [], modes: [] });

const finished = ({ names, ...rest }: GrowingBatch): CopyBatch => ({
  ...rest,
  names: joinNames(names),
});

function isDue(directory: RawPath, { name, mode }: WorkEntry, options: BatchOptions): boolean {
  if (!isAfter(directory, name, options.after)) return false;
  return !options.leftOut(directory, name, (mode & S_IFMT) === S_IFREG);
}

/** The bytes that the entry brings with it. */
function addTo(batch: GrowingBatch, entry: WorkEntry): number {
  const { name, mode, digest, sizeBytes, status: reason } = entry;
  batch.names.push(name);
  batch.modes.push(mode);
  if ((mode & S_IFMT) !== S_IFREG) return 0;
  if (reason !== 'metadata' || digest === undefined) return sizeBytes;
  batch.digests ??= new Map<RawPath, Digest>();
  batch.digests.set(name, digestText(digest));
  return 0;
}
