/** Cuts what was too big for one execution in two or more, so that the parts still cover it exactly. */
import { isWithinAny, parentOf, type RawPath } from '../../paths.ts';
import type { Scope } from './filters.ts';

export interface WeighedDirectory {
  readonly path: RawPath;
  /** Of its whole subtree. */
  readonly entries: number;
}

/**
 * `directories`: what is known of those inside. Undefined when nothing is known to cut along. A path
 * that nobody knew stays in the last part, so the parts cover the scope by construction.
 */
export function splitScope(
  scope: Scope,
  directories: Iterable<WeighedDirectory>,
): readonly Scope[] | undefined {
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

function part({ without }: Scope, roots: readonly RawPath[]): Scope {
  return { roots, without: without.filter((path) => isWithinAny(path, roots)) };
}

/** Two groups of about the same weight, neither empty unless there is only one path. */
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
