/**
 * The chunk plan. Directory summaries stream past once, each directory directly before its
 * subtree; when a directory's subtree is complete, what is left of it either fits with its parent
 * or is carved off as chunks, small siblings together. Memory: the open directories and those of
 * their children that no chunk has taken yet.
 *
 * A plan made again keeps every chunk whose roots are still there and still fit: a new plan fills
 * its chunks to 80 % so that slight growth moves nothing. Ids are never used twice.
 *
 * Not guaranteed: a directory is never split, so its own entries can exceed the limits alone; such
 * a chunk says so in `because`.
 */
import { LonghaulError } from '../../errors/failure.ts';
import { comparePaths, isWithin, printable, type RawPath } from '../../paths.ts';
import { formatBytes } from '../../units.ts';
import { chunkFinder, findBorders } from './borders.ts';
import { chooseChunkSize, type ChunkLimits, type ChunkSize } from './size.ts';

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

/** A directory's own direct entries, subdirectories included, and the bytes of its own files. */
export interface DirectorySummary {
  readonly path: RawPath;
  readonly entries: number;
  readonly bytes: number;
}

export interface PlannedChunk extends Chunk {
  /** Why it is above the limits, when it is. */
  readonly because?: string;
}

export interface ChunkPlan {
  readonly version: 1;
  /** 1 for the first plan of a migration, one more for each that replaces it. */
  readonly revision: number;
  readonly madeAt: string;
  readonly limits: ChunkLimits;
  /** The limits in force, and why they are what they are. */
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

export interface PlanContext {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly previous?: ChunkPlan;
}

/** A chunk is filled to this share of the limits when it is made, and kept up to all of them. */
const FILL = 0.8;
/** What may stay with a directory that is too big by itself, as a share of the limits. */
const SMALL_REST = 0.1;
export const ROOT_CHUNK_ID = '0000';

interface Weight {
  entries: number;
  bytes: number;
}
/** A subtree that no chunk has taken yet; its weight counts itself, without what was carved out. */
interface Subtree extends Weight {
  readonly path: RawPath;
}
interface OpenDirectory extends Subtree {
  subdirectories: number;
  pending: Subtree[];
  readonly pendingWeight: Weight;
}
interface Draft extends Weight {
  id: string | undefined;
  readonly roots: RawPath[];
  because?: string;
}

const chunkNumber = (id: string): number => Number.parseInt(id, 10);
const idOf = (number: number): string => String(number).padStart(4, '0');

class Planner {
  readonly #size: ChunkSize;
  readonly #kept = new Map<RawPath, Draft>();
  readonly #drafts: Draft[] = [];
  readonly #open: OpenDirectory[] = [];

  constructor(size: ChunkSize, previous: ChunkPlan | undefined) {
    this.#size = size;
    for (const { id, roots } of previous?.chunks ?? []) {
      const draft: Draft = { id, roots: [], entries: 0, bytes: 0 };
      for (const root of roots) if (root !== '') this.#kept.set(root, draft);
    }
    this.#enter({ path: '', entries: 0, bytes: 0 });
  }

  add(summary: DirectorySummary): void {
    const root = this.#open[0];
    if (summary.path === '' && root !== undefined) {
      root.entries += summary.entries;
      root.bytes += summary.bytes;
      return;
    }
    let last = this.#open.at(-1);
    while (last !== undefined && !isWithin(summary.path, last.path)) {
      this.#leave();
      last = this.#open.at(-1);
    }
    if (last !== undefined) last.subdirectories++;
    this.#enter(summary);
  }

  /** All chunks; those that are new have no id yet. */
  finish(): readonly Draft[] {
    while (this.#open.length > 0) this.#leave();
    return this.#drafts;
  }

  #enter({ path, entries, bytes }: DirectorySummary): void {
    const pendingWeight = { entries: 0, bytes: 0 };
    this.#open.push({ path, entries, bytes, subdirectories: 0, pending: [], pendingWeight });
  }

  #leave(): void {
    const directory = this.#open.pop();
    if (directory === undefined) return;
    const { path, pendingWeight: rest } = directory;
    const own: Weight = {
      // Itself (the root of the tree is nobody's entry), and what is no subdirectory in it.
      entries: Math.max(0, directory.entries - directory.subdirectories) + (path === '' ? 0 : 1),
      bytes: directory.bytes,
    };
    const tooBig = !this.#fits(own, 1);
    if (!tooBig || !this.#fits(rest, SMALL_REST)) this.#carve(directory, own);
    const subtree = { path, entries: own.entries + rest.entries, bytes: own.bytes + rest.bytes };
    this.#place(subtree, tooBig ? this.#tooBig(path, own) : undefined);
  }

  #place(subtree: Subtree, tooBig: string | undefined): void {
    const because = tooBig === undefined ? {} : { because: tooBig };
    if (subtree.path === '') {
      const { entries, bytes } = subtree;
      this.#drafts.push({ id: ROOT_CHUNK_ID, roots: [''], entries, bytes, ...because });
      return;
    }
    const kept = this.#kept.get(subtree.path);
    if (kept !== undefined && (kept.roots.length === 0 || this.#fits(sum(kept, subtree), 1))) {
      if (kept.roots.length === 0) this.#drafts.push(Object.assign(kept, because));
      take(kept, subtree);
      return;
    }
    if (tooBig !== undefined) {
      this.#drafts.push(
        take({ id: undefined, roots: [], entries: 0, bytes: 0, ...because }, subtree),
      );
      return;
    }
    const parent = this.#open.at(-1);
    if (parent === undefined) return;
    parent.pending.push(subtree);
    add(parent.pendingWeight, subtree);
    // Without what is the parent's own: that is weighed when the parent is complete.
    this.#carve(parent, { entries: 0, bytes: 0 });
  }

  /** Carves groups of children off until the rest fits together with what is the directory's own. */
  #carve({ pending, pendingWeight }: OpenDirectory, own: Weight): void {
    if (this.#fits(sum(own, pendingWeight), 1)) return;
    let taken = 0;
    while (taken < pending.length && !this.#fits(sum(own, pendingWeight), 1)) {
      const group: Draft = { id: undefined, roots: [], entries: 0, bytes: 0 };
      for (let child = pending[taken]; child !== undefined; child = pending[taken]) {
        if (group.roots.length > 0 && !this.#fits(sum(group, child), FILL)) break;
        take(group, child);
        pendingWeight.entries -= child.entries;
        pendingWeight.bytes -= child.bytes;
        taken++;
      }
      this.#drafts.push(group);
    }
    pending.splice(0, taken);
  }

  #fits({ entries, bytes }: Weight, share: number): boolean {
    return entries <= this.#size.maxEntries * share && bytes <= this.#size.maxBytes * share;
  }

  #tooBig(path: RawPath, own: Weight): string {
    const over =
      own.entries > this.#size.maxEntries
        ? `${own.entries} entries of its own, limit ${this.#size.maxEntries}`
        : `${formatBytes(own.bytes)} in files of its own, limit ${formatBytes(this.#size.maxBytes)}`;
    return `${path === '' ? 'the top directory' : printable(path)} has ${over}; a directory is not split`;
  }
}

function sum(a: Weight, b: Weight): Weight {
  return { entries: a.entries + b.entries, bytes: a.bytes + b.bytes };
}

function add(total: Weight, part: Weight): void {
  total.entries += part.entries;
  total.bytes += part.bytes;
}

function take(draft: Draft, subtree: Subtree): Draft {
  draft.roots.push(subtree.path);
  add(draft, subtree);
  return draft;
}

function compareFirstRoots(a: Draft, b: Draft): number {
  return comparePaths(a.roots[0] ?? '', b.roots[0] ?? '');
}

/** Numbers the new chunks in the order of the tree, after every number that was ever used. */
function number(drafts: readonly Draft[], firstId: number): number {
  let next = firstId;
  const fresh = drafts.filter((draft) => draft.id === undefined).sort(compareFirstRoots);
  for (const draft of fresh) draft.id = idOf(next++);
  return next;
}

function toChunks(drafts: readonly Draft[]): PlannedChunk[] {
  const named = drafts.map((draft) => ({ ...draft, id: draft.id ?? '' }));
  const borders = findBorders(named);
  return named
    .map((draft) => ({ ...draft, without: borders.get(draft.id) ?? [] }))
    .sort((a, b) => chunkNumber(a.id) - chunkNumber(b.id));
}

/**
 * Plans the chunks of a tree. `summaries` come in comparePaths order, each path once; a directory
 * that is missing counts with its nearest parent. Throws BUG when they come in another order.
 */
export function planChunks(
  summaries: Iterable<DirectorySummary>,
  limits: ChunkLimits,
  { now, previous }: PlanContext,
): ChunkPlan {
  const size = chooseChunkSize(limits);
  const planner = new Planner(size, previous);
  const totals = { directories: 0, entries: 0, bytes: 0 };
  let last: RawPath | undefined;
  for (const summary of summaries) {
    if (last !== undefined && comparePaths(last, summary.path) >= 0) {
      const message = `directory summaries out of order: ${printable(summary.path)} after ${printable(last)}`;
      throw new LonghaulError('BUG', message);
    }
    last = summary.path;
    planner.add(summary);
    totals.directories++;
    add(totals, summary);
  }
  const drafts = planner.finish();
  const nextId = number(drafts, previous?.nextId ?? 1);
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

const finders = new WeakMap<ChunkPlan, (path: RawPath) => PlannedChunk>();

/** The chunk a path belongs to, whether or not it existed when the plan was made. */
export function chunkOf(path: RawPath, plan: ChunkPlan): PlannedChunk {
  let find = finders.get(plan);
  if (find === undefined) {
    find = chunkFinder(plan.chunks);
    finders.set(plan, find);
  }
  return find(path);
}
