/** The chunk plan: see planChunks. */
import type { RawPath } from '../paths.ts';

/**
 * The fault domain: the subtrees of `roots` minus the subtrees of `without`. Every path belongs to
 * the chunk whose root is its longest prefix, so chunks partition the tree by construction.
 */
export interface Chunk {
  /** Stable when the plan is made again on a slightly changed tree. The root chunk is '0000'. */
  readonly id: string;
  readonly roots: readonly RawPath[];
  /** Roots of other chunks that lie inside this one's roots. */
  readonly without: readonly RawPath[];
  readonly entries: number;
  readonly bytes: number;
}
