/** Joins the chunks that the server knows with those of the plan. Pure. */
import { printable } from '../paths.ts';
import { compareChunkIds, type ChunkPlan } from '../policy/chunks/plan.ts';
import type { ChunkRow } from './snapshot.ts';

/** Adds roots, entries and bytes of the plan, and the chunks that have not started. */
export function withPlan(rows: readonly ChunkRow[], plan: ChunkPlan): ChunkRow[] {
  const begun = new Map(rows.map((row) => [row.chunk, row]));
  const planned = plan.chunks.map(({ id, roots, entries, bytes }): ChunkRow => {
    const known = begun.get(id) ?? { chunk: id, state: 'waiting' };
    return { ...known, entries, bytes, roots: roots.map(printable) };
  });
  const ids = new Set(planned.map(({ chunk }) => chunk));
  return [...planned, ...rows.filter(({ chunk }) => !ids.has(chunk))].sort((a, b) =>
    compareChunkIds(a.chunk, b.chunk),
  );
}
