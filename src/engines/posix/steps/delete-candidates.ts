/**
 * Finds entries at the destination that are gone at the source. Only in directories that this round
 * listed completely; never an entry that a rule or an exception covers, a root of another chunk, or
 * one of longhaul's own names.
 */
import { CatalogReader } from '../../../catalog/reader.ts';
import type { DirectoryBlock, Entry } from '../../../model/entry.ts';
import { joinRaw, type RawPath } from '../../../paths.ts';
import { isExcepted } from '../round/decide.ts';
import { manifestPath } from '../round/files.ts';
import type { Deletion } from '../jobs/delete.ts';
import { S_IFDIR, S_IFMT } from '../native/statx.ts';
import type { Excludes } from '../tree/excludes.ts';
import { inOrder } from '../pool/in-order.ts';
import type { DestinationName } from '../jobs/list.ts';
import { throwIfStopped, type StepContext, type StepInput } from './step.ts';
import { isOwnName } from '../write/own-names.ts';

export interface Candidates {
  readonly deletions: readonly Deletion[];
  /** Number of entries that would be deleted: a directory counts with its subtree. */
  readonly count: number;
  /** Number of entries of the chunk at the source. */
  readonly seen: number;
}

const DIRECTORIES_A_JOB = 32;

/** Counts all candidates, and keeps at most `most`: no more may be deleted or listed in a refusal. */
export async function findCandidates(
  input: StepInput,
  excludes: Excludes,
  context: StepContext,
  most: number,
): Promise<Candidates> {
  const deletions: Deletion[] = [];
  let count = 0;
  let seen = 0;
  const jobs = inOrder(slicesOfManifest(input), context.pool.capacity, (blocks) =>
    context.pool.run({
      type: 'list destination',
      destinationFd: context.destinationFd,
      directories: blocks.map(({ path }) => path),
    }),
  );
  for await (const { job: blocks, result } of jobs) {
    for (const [i, block] of blocks.entries()) {
      seen += block.entries.length;
      for (const { deletion, isDirectory } of inDirectory(
        block,
        result.listings[i]!,
        input,
        excludes,
      )) {
        count += 1 + (isDirectory ? await countBelow(context, deletion.path) : 0);
        if (count <= most || deletions.length === 0) deletions.push(deletion);
      }
    }
    throwIfStopped(input.signal);
  }
  return { deletions, count, seen };
}

function* slicesOfManifest({ store }: StepInput): Generator<DirectoryBlock[], void, undefined> {
  const manifest = new CatalogReader(manifestPath(store.roundDirectory));
  let slice: DirectoryBlock[] = [];
  try {
    for (const block of manifest.directories()) {
      slice.push(block);
      if (slice.length < DIRECTORIES_A_JOB) continue;
      yield slice;
      slice = [];
    }
    if (slice.length > 0) yield slice;
  } finally {
    manifest.close();
  }
}

interface Found {
  readonly deletion: Deletion;
  readonly isDirectory: boolean;
}

function* inDirectory(
  block: DirectoryBlock,
  listing: readonly DestinationName[],
  input: StepInput,
  excludes: Excludes,
): Generator<Found, void, undefined> {
  const known = new Map(block.entries.map((entry) => [entry.name, entry]));
  for (const { name, isDirectory } of listing) {
    const path = joinRaw(block.path, name);
    if (isOwnName(name) || isExcepted(path, input.exceptions)) continue;
    const entry = known.get(name);
    if (entry) {
      if (makesRoom(entry, isDirectory))
        yield { deletion: { path, replacedBy: entry.mode & S_IFMT }, isDirectory };
      else if (entry.status === 'vanished') yield { deletion: { path }, isDirectory };
      continue;
    }
    if (
      !block.complete ||
      input.chunk.without.includes(path) ||
      excludes.isExcluded(path, isDirectory)
    )
      continue;
    yield { deletion: { path }, isDirectory };
  }
}

/** Returns true for a directory at the destination where the source now has another kind of entry. */
function makesRoom({ status, mode }: Entry, isDirectory: boolean): boolean {
  return status === 'seen' && isDirectory && (mode & S_IFMT) !== S_IFDIR;
}

async function countBelow({ pool, destinationFd }: StepContext, path: RawPath): Promise<number> {
  let count = 0;
  const stack = [path];
  while (stack.length > 0) {
    const directories = stack.splice(-DIRECTORIES_A_JOB);
    const { listings } = await pool.run({ type: 'list destination', destinationFd, directories });
    listings.forEach((names, i) => {
      count += names.length;
      for (const { name, isDirectory } of names)
        if (isDirectory) stack.push(joinRaw(directories[i]!, name));
    });
  }
  return count;
}
