/** What outlives the rounds of a chunk: into which parts it was split, and what no report has shown. */
import { join } from 'node:path';
import { readJson, writeJsonAtomic } from '../../../state/atomic-file.ts';
import { hasFields, isListOf, isNumber, isOptional, isText } from '../../../state/shape.ts';
import type { ChunkStore } from '../../../state/chunk-store.ts';
import type { Chunk } from '../../../policy/chunks/plan.ts';
import type { Scope } from '../../../policy/datasync/filters.ts';

export interface Part extends Scope {
  /** '0' for all of it; '0.1', '0.2' after a split. */
  readonly id: string;
}

interface ChunkState {
  readonly roots: readonly string[];
  readonly without: readonly string[];
  readonly parts: readonly Part[];
  /** Entries copied by executions without a report: before a round, and after it. */
  readonly unreported?: { readonly round: number; readonly before: number; readonly after: number };
}

const scope = { roots: isListOf(isText), without: isListOf(isText) };
const isChunkState = hasFields<ChunkState>({
  ...scope,
  parts: isListOf(hasFields<Part>({ id: isText, ...scope })),
  unreported: isOptional(hasFields({ round: isNumber, before: isNumber, after: isNumber })),
});

const pathOf = (store: ChunkStore): string => join(store.directory, 'datasync.json');

/** Another plan may have drawn the chunk anew: then it is whole again. */
function read(store: ChunkStore, { roots, without }: Scope): ChunkState {
  const known = readJson(pathOf(store), isChunkState);
  const same =
    known !== undefined &&
    JSON.stringify([known.roots, known.without]) === JSON.stringify([roots, without]);
  if (same) return known;
  const { unreported } = known ?? {};
  return {
    roots,
    without,
    parts: [{ id: '0', roots, without }],
    ...(unreported ? { unreported } : {}),
  };
}

export function partsOf(
  store: ChunkStore,
  chunk: Pick<Chunk, 'roots' | 'without'>,
): readonly Part[] {
  return read(store, chunk).parts;
}

/** Durable when it returns. */
export function replacePart(
  store: ChunkStore,
  chunk: Scope,
  id: string,
  scopes: readonly Scope[],
): void {
  const state = read(store, chunk);
  const parts = state.parts.flatMap((part) =>
    part.id === id
      ? scopes.map(({ roots, without }, i) => ({ id: `${id}.${i + 1}`, roots, without }))
      : [part],
  );
  writeJsonAtomic(pathOf(store), { ...state, parts });
}

/** Entries that came without a report before this round. */
export function unreportedBefore(store: ChunkStore, chunk: Scope, round: number): number {
  const { unreported } = read(store, chunk);
  if (unreported === undefined) return 0;
  return unreported.round === round ? unreported.before : unreported.after;
}

export function noteUnreported(
  store: ChunkStore,
  chunk: Scope,
  round: number,
  after: number,
): void {
  const before = unreportedBefore(store, chunk, round);
  writeJsonAtomic(pathOf(store), { ...read(store, chunk), unreported: { round, before, after } });
}
