/** Plans chunks from the directories that a spec lists, for a source that is not mounted. */
import { comparePaths, type RawPath } from '../../paths.ts';
import { findBorders } from './borders.ts';
import { chooseChunkSize, type ChunkLimits } from './size.ts';
import { idOf } from './plan-chunks.ts';
import { ROOT_CHUNK_ID, type ChunkPlan } from './plan.ts';

/** Plans one chunk per root, in tree order, and one for the rest. Sizes are unknown: 0. */
export function planRoots(
  roots: readonly RawPath[],
  limits: ChunkLimits,
  { now }: { readonly now: number },
): ChunkPlan {
  const sorted = [...new Set(roots)].sort(comparePaths);
  const drafts = [
    { id: ROOT_CHUNK_ID, roots: [''] },
    ...sorted.map((root, i) => ({ id: idOf(i + 1), roots: [root] })),
  ];
  const borders = findBorders(drafts);
  return {
    version: 1,
    revision: 1,
    madeAt: new Date(now).toISOString(),
    limits,
    size: {
      ...chooseChunkSize(limits),
      because: 'the spec lists the chunks; how big they are is not known without a mounted source',
    },
    totals: { directories: 0, entries: 0, bytes: 0 },
    chunks: drafts.map((draft) => ({
      ...draft,
      without: borders.get(draft.id) ?? [],
      entries: 0,
      bytes: 0,
    })),
    retired: [],
    nextId: sorted.length + 1,
  };
}
