/** A part of the tree: subtrees minus subtrees. A chunk is one. */
import { isWithinAny, type RawPath } from '../../paths.ts';

export interface PathScope {
  readonly roots: readonly RawPath[];
  readonly without: readonly RawPath[];
}

export function isInScope(path: RawPath, { roots, without }: PathScope): boolean {
  return isWithinAny(path, roots) && !isWithinAny(path, without);
}
