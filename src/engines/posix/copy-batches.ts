/** The small work of a chunk, cut into jobs: several directories a job, or a part of one, in order. */
import { joinRaw, type RawPath } from '../../paths.ts';
import type { CopyBatch, CopyItem } from './copy-entries.ts';
import { S_IFMT, S_IFREG } from './entry-stat.ts';
import { isAfter, type Place } from './outcome-journal.ts';
import type { WorkDirectory } from './worklist.ts';

const BATCH_ENTRIES = 128;
const BATCH_BYTES = 8 * 2 ** 20;

export interface BatchOptions {
  /** Everything up to here is done. */
  readonly after: Place | undefined;
  /** What goes a way of its own, or is not copied. */
  readonly leftOut: (path: RawPath, isFile: boolean) => boolean;
}

export function* copyBatches(
  worklist: Iterable<WorkDirectory>,
  options: BatchOptions,
): Generator<CopyBatch[], void, undefined> {
  let group: CopyBatch[] = [];
  let entries = 0;
  let bytes = 0;
  for (const work of worklist) {
    const { items, sizes } = smallItems(work, options);
    let from = 0;
    for (let i = 0; i < items.length; i++) {
      entries++;
      bytes += sizes[i]!;
      if (entries < BATCH_ENTRIES && bytes < BATCH_BYTES) continue;
      group.push({ directory: work.path, items: items.slice(from, i + 1) });
      yield group;
      [group, from, entries, bytes] = [[], i + 1, 0, 0];
    }
    if (from < items.length) group.push({ directory: work.path, items: items.slice(from) });
  }
  if (group.length > 0) yield group;
}

function smallItems(
  { path: directory, entries }: WorkDirectory,
  { after, leftOut }: BatchOptions,
): { readonly items: CopyItem[]; readonly sizes: number[] } {
  const items: CopyItem[] = [];
  const sizes: number[] = [];
  for (const { entry, reason } of entries) {
    const { name, mode, digest, sizeBytes } = entry;
    if (!isAfter(directory, name, after)) continue;
    const isFile = (mode & S_IFMT) === S_IFREG;
    if (leftOut(joinRaw(directory, name), isFile)) continue;
    const keepsContent = isFile && reason === 'metadata' && digest !== undefined;
    items.push({ name, mode, ...(keepsContent ? { digest } : {}) });
    sizes.push(isFile && !keepsContent ? sizeBytes : 0);
  }
  return { items, sizes };
}
