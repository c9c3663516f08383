/** The close step: writes the statuses of all entries to the chunk's catalog, and adds them up. */
import { CatalogWriter } from '../../../catalog/writer.ts';
import type { Entry } from '../../../model/entry.ts';
import { removeRoundsBefore } from '../../../state/chunk-store.ts';
import { compactEvents, writeEvents, type EntryEvent } from '../../../ledger/entry-events.ts';
import { comparePaths, nameOf, parentOf, type RawPath } from '../../../paths.ts';
import { COUNTED_AS, emptySum } from '../../../model/sum.ts';
import type { ChunkSum } from '../../../model/round.ts';
import type { StepJob } from '../../engine.ts';
import { noteUnreported, unreportedBefore } from '../service/chunk-record.ts';
import type { Evidence } from '../evidence/evidence.ts';
import type { FoldedEntry } from '../evidence/fold-entry.ts';
import { foldRound, type FoldedRound } from '../evidence/fold.ts';

/** `now`: milliseconds since 1970. */
export function closeChunk(job: StepJob, now: number): ChunkSum {
  const { store, round, lease, chunk } = job;
  lease.check();
  const folded = foldRound(job);
  const unreported = folded.complete
    ? 0
    : unreportedBefore(store, chunk, round.number) + folded.unreported;
  const events = eventsOf(folded, round.kind === 'seed');
  writeEvents(store, { number: round.number, at: new Date(now).toISOString() }, events);
  writeCatalog(job, folded);
  noteUnreported(store, chunk, round.number, unreported);
  compactEvents(store);
  removeRoundsBefore(store, round.number);
  return sumOf(job, folded, unreported);
}

function writeCatalog({ store, lease }: StepJob, { entries, complete }: FoldedRound): void {
  const directories = new Map<RawPath, Entry[]>();
  for (const folded of entries.values()) {
    if (folded.status === 'deleted' || folded.status === 'vanished') continue;
    const parent = parentOf(folded.path);
    const siblings = directories.get(parent);
    const entry = entryOf(folded);
    if (siblings === undefined) directories.set(parent, [entry]);
    else siblings.push(entry);
  }
  const writer = new CatalogWriter(store.catalogPath);
  try {
    for (const path of [...directories.keys()].sort(comparePaths)) {
      const sorted = directories.get(path)!.sort((a, b) => (a.name < b.name ? -1 : 1));
      writer.add({ path, complete, entries: sorted });
    }
    lease.check();
    writer.finish();
  } catch (thrown) {
    writer.discard();
    throw thrown;
  }
}

const MODES: Readonly<Record<NonNullable<Evidence['kind']>, number>> = {
  file: 0o100000,
  directory: 0o040000,
  symlink: 0o120000,
  other: 0o010000,
};
const S_IFMT = 0o170000;

/** Reports have kind, size and time; owners and permissions are not in them. */
function entryOf({ path, known, evidence, status }: FoldedEntry): Entry {
  const latest = evidence?.sizeBytes === undefined ? known : evidence;
  return {
    ctimeSeconds: 0,
    ctimeNanoseconds: 0,
    inode: 0n,
    nlink: 1,
    uid: 0,
    gid: 0,
    name: nameOf(path),
    mode: evidence?.kind === undefined ? (known?.mode ?? MODES.file) : MODES[evidence.kind],
    sizeBytes: latest?.sizeBytes ?? 0,
    mtimeSeconds: latest?.mtimeSeconds ?? 0,
    mtimeNanoseconds: latest?.mtimeNanoseconds ?? 0,
    status: status === 'deleted' ? 'vanished' : status,
  };
}

function sumOf({ spec }: StepJob, { entries }: FoldedRound, unreported: number): ChunkSum {
  const sum = { ...emptySum(), seen: unreported, unverified: unreported };
  for (const folded of entries.values()) {
    sum.seen++;
    // With deletes.when: never, an entry that is gone at the source stays at the destination.
    const staysForGood = folded.status === 'awaiting delete' && spec.deletes.when === 'never';
    sum[staysForGood ? 'excepted' : countedAs(folded)]++;
    const { mode, sizeBytes } = entryOf(folded);
    const isFile = (mode & S_IFMT) === MODES.file;
    if (folded.status === 'verified' && isFile) sum.bytes += sizeBytes;
    if (!isChanged(folded)) continue;
    sum.changedEntries++;
    if (isFile) sum.changedBytes += sizeBytes;
  }
  return sum;
}

const countedAs = ({ status }: FoldedEntry): keyof ChunkSum =>
  status === 'deleted' ? 'deleted' : COUNTED_AS[status];

/** A repair copies a file again, which is no change of the source. */
const isChanged = ({ evidence, known }: FoldedEntry): boolean =>
  evidence?.transferred === true && !(evidence.repaired && known !== undefined);

function* eventsOf({ entries }: FoldedRound, seed: boolean): Generator<EntryEvent> {
  for (const folded of entries.values()) {
    const { path, status, reason } = folded;
    const what = whatHappened(folded);
    if (what === undefined || (seed && what === 'new' && status === 'verified')) continue;
    yield {
      path,
      what,
      ...(status === 'deleted' ? {} : { status }),
      ...(reason === undefined ? {} : { code: reason.code }),
    };
  }
}

function whatHappened({ known, status, evidence, reason }: FoldedEntry): string | undefined {
  if (status === 'deleted') return 'deleted';
  if (status === 'awaiting delete') return known?.status === 'awaiting delete' ? undefined : 'gone';
  if (status === 'vanished') return 'vanished';
  if (reason !== undefined) return reason.class;
  if (evidence?.repaired === true) return 'repaired';
  if (evidence?.transferred === true) return known === undefined ? 'new' : 'changed';
  return known === undefined ? 'new' : undefined;
}
