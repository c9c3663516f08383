/** The chunk plan: which chunks a tree is divided into, and why. */
import type { RawPath } from '../../paths.ts';
import { chunkFinder } from './borders.ts';
import type { ChunkLimits, ChunkSize } from './size.ts';

export const ROOT_CHUNK_ID = '0000';

/** Orders chunk ids by number: from the 10,000th chunk on they have more than four digits. */
export const compareChunkIds = (a: string, b: string): number => chunkNumber(a) - chunkNumber(b);

const chunkNumber = (id: string): number => Number.parseInt(id, 10);

/**
 * The fault domain: the subtrees of `roots` minus the subtrees of `without`. Every path belongs to the
 * chunk whose root is its longest prefix, so chunks partition the tree by construction.
 */
export interface Chunk {
  /** Stable if the plan is recomputed for a slightly changed tree. The root chunk is '0000'. */
  readonly id: string;
  readonly roots: readonly RawPath[];
  /** Roots of other chunks inside the roots of this one. */
  readonly without: readonly RawPath[];
  readonly entries: number;
  readonly bytes: number;
}

/** Number of a directory's direct entries, including subdirectories, and bytes of its direct files. */
export interface DirectorySummary {
  readonly path: RawPath;
  readonly entries: number;
  readonly bytes: number;
}

export interface PlannedChunk extends Chunk {
  /** Reason if the chunk exceeds the limits. */
  readonly because?: string;
}

export interface ChunkPlan {
  readonly version: 1;
  /** 1 for the first plan of a migration, one more for each that replaces it. */
  readonly revision: number;
  readonly madeAt: string;
  readonly limits: ChunkLimits;
  /** The limits that apply, with the reason. */
  readonly size: ChunkSize;
  readonly totals: {
    readonly directories: number;
    readonly entries: number;
    readonly bytes: number;
  };
  /** Sorted by id; the root chunk first. */
  readonly chunks: readonly PlannedChunk[];
  /** Ids of earlier plans whose roots are gone. */
  readonly retired: readonly string[];
  /** The number of the next new chunk. */
  readonly nextId: number;
}

const finders = new WeakMap<ChunkPlan, (path: RawPath) => PlannedChunk>();

/** Returns the chunk of a path, including paths that did not exist when the plan was made. */
export function chunkOf(path: RawPath, plan: ChunkPlan): PlannedChunk {
  let find = finders.get(plan);
  if (find === undefined) {
    find = chunkFinder(plan.chunks);
    finders.set(plan, find);
  }
  return find(path);
}
