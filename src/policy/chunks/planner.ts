/**
 * Divides a tree into chunks. Directory summaries stream past once, each directory directly before its
 * subtree. When the subtree of a directory is complete, what is left of it either fits together with its
 * parent or is carved off as chunks, in groups of small siblings. Memory: the open directories, and
 * those of their children that no chunk has taken yet.
 *
 * A new plan fills its chunks to 80 %, so that slight growth changes nothing when it is recomputed.
 */
import { isWithin, printable, type RawPath } from '../../paths.ts';
import { formatBytes } from '../../units.ts';
import { ROOT_CHUNK_ID, type ChunkPlan, type DirectorySummary } from './plan.ts';
import type { ChunkSize } from './size.ts';

/** Share of the limits to which a new chunk is filled. An existing chunk is kept up to the limits. */
const FILL_SHARE = 0.8;
/** Share of the limits that subtrees may have to stay with a directory that is too big on its own. */
const SMALL_REST_SHARE = 0.1;

export interface Weight {
  entries: number;
  bytes: number;
}
/** A subtree that no chunk has taken yet. Its weight includes itself but nothing that was carved off. */
interface Subtree extends Weight {
  readonly path: RawPath;
}
interface OpenDirectory extends Subtree {
  subdirectories: number;
  pending: Subtree[];
  readonly pendingWeight: Weight;
}
/** A chunk that is being planned. */
export interface Draft extends Weight {
  /** Undefined for a new chunk, which is numbered at the end. */
  id: string | undefined;
  readonly roots: RawPath[];
  because?: string;
}

export class Planner {
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

  /** Returns all chunks; new ones have no id yet. */
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
      // The directory itself, except the root, which is no entry; and its entries that are no directories.
      entries: Math.max(0, directory.entries - directory.subdirectories) + (path === '' ? 0 : 1),
      bytes: directory.bytes,
    };
    const tooBig = !this.#fits(own, 1);
    if (!tooBig || !this.#fits(rest, SMALL_REST_SHARE)) this.#carve(directory, own);
    const subtree = { path, entries: own.entries + rest.entries, bytes: own.bytes + rest.bytes };
    this.#place(subtree, tooBig ? this.#describeExcess(path, own) : undefined);
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
    // Without the parent's own entries, which are weighed when the parent is complete.
    this.#carve(parent, { entries: 0, bytes: 0 });
  }

  /** Carves off groups of children until the rest fits together with the directory's own entries. */
  #carve({ pending, pendingWeight }: OpenDirectory, own: Weight): void {
    if (this.#fits(sum(own, pendingWeight), 1)) return;
    let taken = 0;
    while (taken < pending.length && !this.#fits(sum(own, pendingWeight), 1)) {
      const group: Draft = { id: undefined, roots: [], entries: 0, bytes: 0 };
      for (let child = pending[taken]; child !== undefined; child = pending[taken]) {
        if (group.roots.length > 0 && !this.#fits(sum(group, child), FILL_SHARE)) break;
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

  #describeExcess(path: RawPath, own: Weight): string {
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

export function add(total: Weight, part: Weight): void {
  total.entries += part.entries;
  total.bytes += part.bytes;
}

function take(draft: Draft, subtree: Subtree): Draft {
  draft.roots.push(subtree.path);
  add(draft, subtree);
  return draft;
}
