/** Splits a scope that is too big for one execution into parts that cover it exactly. */
import { isWithinAny, parentOf, type RawPath } from '../../paths.ts';
import type { PathScope } from './scope.ts';

export interface WeighedDirectory {
  readonly path: RawPath;
  /** Number of entries in its whole subtree. */
  readonly entries: number;
}

/**
 * `directories`: the known directories in the scope. Returns undefined when it cannot be split along
 * them. The last part keeps the root without the other parts, so that it covers unknown paths.
 */
export function splitScope(
  scope: PathScope,
  directories: Iterable<WeighedDirectory>,
): readonly PathScope[] | undefined {
  const weights = new Map([...directories].map(({ path, entries }) => [path, entries]));
  const weight = (path: RawPath): number => weights.get(path) ?? 1;
  if (scope.roots.length > 1) return halves(scope.roots, weight).map((roots) => part(scope, roots));
  const [root] = scope.roots;
  if (root === undefined) return undefined;
  const children = [...weights.keys()].filter(
    (path) => path !== '' && parentOf(path) === root && !scope.without.includes(path),
  );
  if (children.length === 0) return undefined;
  const parts = halves(children, weight).map((roots) => part(scope, roots));
  return [...parts, { roots: [root], without: [...scope.without, ...children].sort() }];
}

function part({ without }: PathScope, roots: readonly RawPath[]): PathScope {
  return { roots, without: without.filter((path) => isWithinAny(path, roots)) };
}

/** Returns two groups of similar weight; one group when there is only one path. */
function halves(
  paths: readonly RawPath[],
  weight: (path: RawPath) => number,
): readonly (readonly RawPath[])[] {
  const groups: { readonly paths: RawPath[]; weight: number }[] = [
    { paths: [], weight: 0 },
    { paths: [], weight: 0 },
  ];
  for (const path of [...paths].sort((a, b) => weight(b) - weight(a))) {
    const lighter = groups.reduce((a, b) => (b.weight < a.weight ? b : a));
    lighter.paths.push(path);
    lighter.weight += Math.max(1, weight(path));
  }
  return groups.filter((group) => group.paths.length > 0).map((group) => group.paths.sort());
}
