/** Sets the metadata of directories, deepest first; those above the chunk's roots come last. */
import { comparePaths, parentOf, type RawPath } from '../../../paths.ts';
import type { Chunk } from '../../../policy/chunks/plan.ts';
import type { EntryOutcome } from '../round/outcome.ts';
import { inOrder } from '../pool/in-order.ts';
import { throwIfStopped, type StepContext } from './step.ts';

const BATCH = 64;

export async function finishAll(
  { pool, sourceFd, destinationFd }: StepContext,
  chunk: Pick<Chunk, 'roots'>,
  directories: readonly RawPath[],
  signal: AbortSignal,
): Promise<{ readonly failed: readonly EntryOutcome[] }> {
  const failed: EntryOutcome[] = [];
  const own = [...directories].sort((a, b) => comparePaths(b, a));
  for (const list of [own, directories.length > 0 ? above(chunk.roots, directories) : []]) {
    const jobs = inOrder(slices(list), pool.capacity, (slice) =>
      pool.run({ type: 'finish directories', sourceFd, destinationFd, directories: slice }),
    );
    for await (const { result } of jobs) {
      failed.push(...result.failed);
      throwIfStopped(signal);
    }
  }
  return { failed };
}

/** Returns the directories above the roots, and the roots themselves, deepest first. */
function above(roots: readonly RawPath[], done: readonly RawPath[]): RawPath[] {
  const found = new Set<RawPath>();
  for (const root of roots) {
    found.add(root);
    for (let path = root; path !== ''; path = parentOf(path)) found.add(parentOf(path));
  }
  for (const path of done) if (!roots.includes(path)) found.delete(path);
  return [...found].sort((a, b) => comparePaths(b, a));
}

function* slices(paths: readonly RawPath[]): Generator<readonly RawPath[], void, undefined> {
  for (let i = 0; i < paths.length; i += BATCH) yield paths.slice(i, i + BATCH);
}
