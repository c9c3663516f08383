/** Borders between chunks: every path belongs to the chunk whose root is its longest prefix. */
import { comparePaths, isWithin, parentOf, type RawPath } from '../../paths.ts';

interface Rooted {
  readonly id: string;
  readonly roots: readonly RawPath[];
}

/** Returns, for each chunk that directly contains roots of other chunks, those roots, sorted. */
export function findBorders(chunks: Iterable<Rooted>): ReadonlyMap<string, readonly RawPath[]> {
  const owners: { root: RawPath; id: string }[] = [];
  for (const { id, roots } of chunks) for (const root of roots) owners.push({ root, id });
  owners.sort((a, b) => comparePaths(a.root, b.root));

  const borders = new Map<string, RawPath[]>();
  const enclosing: typeof owners = [];
  for (const owner of owners) {
    let outer = enclosing.at(-1);
    while (outer !== undefined && !isWithin(owner.root, outer.root)) {
      enclosing.pop();
      outer = enclosing.at(-1);
    }
    if (outer !== undefined && outer.id !== owner.id) {
      const list = borders.get(outer.id);
      if (list === undefined) borders.set(outer.id, [owner.root]);
      else list.push(owner.root);
    }
    enclosing.push(owner);
  }
  return borders;
}

/** Returns a function that finds the chunk of any path. */
export function chunkFinder<C extends Rooted>(chunks: readonly C[]): (path: RawPath) => C {
  const byRoot = new Map<RawPath, C>();
  for (const chunk of chunks) for (const root of chunk.roots) byRoot.set(root, chunk);
  const rootChunk = byRoot.get('');
  if (rootChunk === undefined) throw new Error('a plan without a root chunk');
  return (path) => {
    for (let at = path; at !== ''; at = parentOf(at)) {
      const chunk = byRoot.get(at);
      if (chunk !== undefined) return chunk;
    }
    return rootChunk;
  };
}
