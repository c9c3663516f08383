/**
 * Plans the chunks of a tree. A recomputed plan keeps every chunk whose roots still exist and still fit.
 * Ids are never used twice.
 *
 * Not guaranteed: a directory is never split, so its own entries alone can exceed the limits. Such a
 * chunk has the reason in `because`.
 */
import { LonghaulError } from '../../errors/failure.ts';
import { comparePaths, printable, type RawPath } from '../../paths.ts';
import { findBorders } from './borders.ts';
import {
  compareChunkIds,
  type ChunkPlan,
  type DirectorySummary,
  type PlannedChunk,
} from './plan.ts';
import { add, Planner, type Draft } from './planner.ts';
import { chooseChunkSize, type ChunkLimits } from './size.ts';

export interface PlanContext {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly previous?: ChunkPlan;
}

/**
 * Plans the chunks of a tree. `summaries` come in comparePaths order, each path once; a missing directory
 * counts with its nearest parent. Throws BUG if they come in another order.
 */
export function planChunks(
  summaries: Iterable<DirectorySummary>,
  limits: ChunkLimits,
  { now, previous }: PlanContext,
): ChunkPlan {
  const size = chooseChunkSize(limits);
  const planner = new Planner(size, previous);
  const totals = { directories: 0, entries: 0, bytes: 0 };
  for (const summary of inOrder(summaries)) {
    planner.add(summary);
    totals.directories++;
    add(totals, summary);
  }
  const drafts = planner.finish();
  const nextId = assignIds(drafts, previous?.nextId ?? 1);
  const ids = new Set(drafts.map((draft) => draft.id));
  const gone = (previous?.chunks ?? []).map((chunk) => chunk.id).filter((id) => !ids.has(id));
  return {
    version: 1,
    revision: (previous?.revision ?? 0) + 1,
    madeAt: new Date(now).toISOString(),
    limits,
    size,
    totals,
    chunks: toChunks(drafts),
    retired: [...(previous?.retired ?? []), ...gone],
    nextId,
  };
}

function* inOrder(summaries: Iterable<DirectorySummary>): Generator<DirectorySummary> {
  let last: RawPath | undefined;
  for (const summary of summaries) {
    if (last !== undefined && comparePaths(last, summary.path) >= 0) {
      const message = `directory summaries out of order: ${printable(summary.path)} after ${printable(last)}`;
      throw new LonghaulError('BUG', message);
    }
    last = summary.path;
    yield summary;
  }
}

/** Numbers the new chunks in tree order from `firstId` on. Returns the next free number. */
function assignIds(drafts: readonly Draft[], firstId: number): number {
  let next = firstId;
  const added = drafts.filter((draft) => draft.id === undefined).sort(compareFirstRoots);
  for (const draft of added) draft.id = idOf(next++);
  return next;
}

function toChunks(drafts: readonly Draft[]): PlannedChunk[] {
  const named = drafts.map((draft) => ({ ...draft, id: draft.id ?? '' }));
  const borders = findBorders(named);
  return named
    .map((draft) => ({ ...draft, without: borders.get(draft.id) ?? [] }))
    .sort((a, b) => compareChunkIds(a.id, b.id));
}

function compareFirstRoots(a: Draft, b: Draft): number {
  return comparePaths(a.roots[0] ?? '', b.roots[0] ?? '');
}

export const idOf = (number: number): string => String(number).padStart(4, '0');
