/** The entries that a round verifies, in the order of paths. */
import type { DirectoryBlock, Entry } from '../../../model/entry.ts';
import { mergeJoin } from '../../../catalog/merge.ts';
import { CatalogReader } from '../../../catalog/reader.ts';
import { joinRaw, type RawPath } from '../../../paths.ts';
import { openBase } from '../../../catalog/base-catalog.ts';
import { isExcepted } from '../round/decide.ts';
import { digestText } from '../round/digest.ts';
import { copyJournalPath, manifestPath } from '../round/files.ts';
import type { EntryOutcome } from '../round/outcome.ts';
import { Outcomes } from '../round/outcome-journal.ts';
import type { StepInput } from './step.ts';
import type { VerifyItem } from '../jobs/verify.ts';

/** Yields the entries that this round copied; in a full verification also those copied earlier. */
export function* verifyCandidates(
  { store, round, exceptions }: StepInput,
  which: 'in order' | 'amended',
): Generator<{ directory: RawPath; item: VerifyItem }, void, undefined> {
  const copied = new Outcomes(copyJournalPath(store.roundDirectory));
  const manifest = new CatalogReader(manifestPath(store.roundDirectory));
  const catalog = openBase(store);
  try {
    const earlier: Iterable<DirectoryBlock> =
      round.verify === 'full' ? (catalog?.directories() ?? []) : [];
    for (const { path: directory, found, known } of mergeJoin(manifest.directories(), earlier)) {
      if (!found) continue;
      const outcomes = copied.of(directory);
      const before = new Map(known?.entries.map((entry) => [entry.name, entry]));
      for (const { name, status } of found.entries) {
        const path = joinRaw(directory, name);
        if (status !== 'seen' || isExcepted(path, exceptions)) continue;
        if (copied.amendments.has(path) !== (which === 'amended')) continue;
        const item = itemOf(name, copied.find(directory, name, outcomes), before.get(name));
        if (item) yield { directory, item };
      }
    }
  } finally {
    manifest.close();
    catalog?.close();
  }
}

function itemOf(
  name: RawPath,
  copied: EntryOutcome | undefined,
  known: Entry | undefined,
): VerifyItem | undefined {
  if (copied) {
    if (copied.outcome !== 'copied' || !copied.stat) return undefined;
    return { name, stat: copied.stat, ...(copied.digest ? { digest: copied.digest } : {}) };
  }
  if (!known || (known.status !== 'verified' && known.status !== 'unverified')) return undefined;
  const {
    inode,
    digest,
    mode,
    sizeBytes,
    mtimeSeconds,
    mtimeNanoseconds,
    ctimeSeconds,
    ctimeNanoseconds,
    nlink,
    uid,
    gid,
  } = known;
  const stat = {
    inode: String(inode),
    mode,
    sizeBytes,
    mtimeSeconds,
    mtimeNanoseconds,
    ctimeSeconds,
    ctimeNanoseconds,
    nlink,
    uid,
    gid,
  };
  return { name, stat, ...(digest ? { digest: digestText(digest) } : {}) };
}
