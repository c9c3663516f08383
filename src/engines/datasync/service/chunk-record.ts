/**
 * State of a chunk that outlives its rounds, in datasync.json: the parts it was split into, and the
 * number of copied entries that no report has listed.
 */
import { join } from 'node:path';
import { readJson, writeJsonAtomic } from '../../../state/atomic-file.ts';
import { hasFields, isListOf, isNumber, isOptional, isText } from '../../../state/shape.ts';
import type { ChunkStore } from '../../../state/chunk-store.ts';
import type { PathScope } from '../../../policy/datasync/scope.ts';

export interface ChunkPart extends PathScope {
  /** '0' is the whole chunk; a split replaces it by '0.1', '0.2' and so on. */
  readonly id: string;
}

interface ChunkRecord extends PathScope {
  readonly parts: readonly ChunkPart[];
  /** Entries copied without a report, counted before and after the given round. */
  readonly unreported?: { readonly round: number; readonly before: number; readonly after: number };
}

const scope = { roots: isListOf(isText), without: isListOf(isText) };
const isChunkRecord = hasFields<ChunkRecord>({
  ...scope,
  parts: isListOf(hasFields<ChunkPart>({ id: isText, ...scope })),
  unreported: isOptional(hasFields({ round: isNumber, before: isNumber, after: isNumber })),
});

const pathOf = (store: ChunkStore): string => join(store.directory, 'datasync.json');

/** Discards the parts when a later plan has given the chunk another scope. */
function read(store: ChunkStore, { roots, without }: PathScope): ChunkRecord {
  const known = readJson(pathOf(store), isChunkRecord);
  const isSameScope =
    known !== undefined &&
    JSON.stringify([known.roots, known.without]) === JSON.stringify([roots, without]);
  if (isSameScope) return known;
  const { unreported } = known ?? {};
  return {
    roots,
    without,
    parts: [{ id: '0', roots, without }],
    ...(unreported ? { unreported } : {}),
  };
}

export function partsOf(store: ChunkStore, chunk: PathScope): readonly ChunkPart[] {
  return read(store, chunk).parts;
}

/** Durable on return. */
export function replacePart(
  store: ChunkStore,
  chunk: PathScope,
  id: string,
  scopes: readonly PathScope[],
): void {
  const record = read(store, chunk);
  const parts = record.parts.flatMap((part) =>
    part.id === id
      ? scopes.map(({ roots, without }, i) => ({ id: `${id}.${i + 1}`, roots, without }))
      : [part],
  );
  writeJsonAtomic(pathOf(store), { ...record, parts });
}

/** Returns the number of entries copied without a report before the round, also when it is repeated. */
export function unreportedBefore(store: ChunkStore, chunk: PathScope, round: number): number {
  const { unreported } = read(store, chunk);
  if (unreported === undefined) return 0;
  return unreported.round === round ? unreported.before : unreported.after;
}

export function noteUnreported(
  store: ChunkStore,
  chunk: PathScope,
  round: number,
  after: number,
): void {
  const before = unreportedBefore(store, chunk, round);
  writeJsonAtomic(pathOf(store), { ...read(store, chunk), unreported: { round, before, after } });
}
