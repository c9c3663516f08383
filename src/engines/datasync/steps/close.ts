/** Folds what the round's reports say into the chunk's catalog, and adds up where every entry stands. */
import { CatalogWriter } from '../../../catalog/writer.ts';
import type { Entry } from '../../../model/entry.ts';
import { removeRoundsBefore } from '../../../state/chunk-store.ts';
import { compactEvents, writeEvents, type EntryEvent } from '../../../ledger/entry-events.ts';
import { comparePaths, nameOf, parentOf, type RawPath } from '../../../paths.ts';
import { COUNTED_AS, emptySum } from '../../../model/sum.ts';
import type { ChunkSum } from '../../../model/round.ts';
import type { StepJob } from '../../engine.ts';
import { noteUnreported, unreportedBefore } from '../service/chunk-state.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { foldRound, type Fold, type Folded } from '../evidence/fold.ts';

export function closeChunk(job: StepJob, now: number): ChunkSum {
  const { store, round, lease, chunk } = job;
  lease.check();
  const fold = foldRound(job);
  const unreported = fold.complete
    ? 0
    : unreportedBefore(store, chunk, round.number) + fold.unreported;
  const events = eventsOf(fold, round.kind === 'seed');
  writeEvents(store, { number: round.number, at: new Date(now).toISOString() }, events);
  writeCatalog(job, fold);
  noteUnreported(store, chunk, round.number, unreported);
  compactEvents(store);
  removeRoundsBefore(store, round.number);
  return sumOf(job, fold, unreported);
}

function writeCatalog({ store, lease }: StepJob, { entries, complete }: Fold): void {
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

/** What reports tell: kind, size and time. Owners and permissions are not in them. */
function entryOf({ path, known, evidence, status }: Folded): Entry {
  const seen = evidence?.sizeBytes === undefined ? known : evidence;
  return {
    ctimeSeconds: 0,
    ctimeNanoseconds: 0,
    inode: 0n,
    nlink: 1,
    uid: 0,
    gid: 0,
    name: nameOf(path),
    mode: evidence?.kind === undefined ? (known?.mode ?? MODES.file) : MODES[evidence.kind],
    sizeBytes: seen?.sizeBytes ?? 0,
    mtimeSeconds: seen?.mtimeSeconds ?? 0,
    mtimeNanoseconds: seen?.mtimeNanoseconds ?? 0,
    status: status === 'deleted' ? 'vanished' : status,
  };
}

function sumOf({ spec }: StepJob, { entries }: Fold, unreported: number): ChunkSum {
  const sum = { ...emptySum(), seen: unreported, unverified: unreported };
  for (const folded of entries.values()) {
    sum.seen++;
    // With deletes.when: never, what is gone at the source stays for good.
    const stays = folded.status === 'awaiting delete' && spec.deletes.when === 'never';
    sum[stays ? 'excepted' : countedAs(folded)]++;
    const { mode, sizeBytes } = entryOf(folded);
    const isFile = (mode & S_IFMT) === MODES.file;
    if (folded.status === 'verified' && isFile) sum.bytes += sizeBytes;
    if (!isChanged(folded)) continue;
    sum.changedEntries++;
    if (isFile) sum.changedBytes += sizeBytes;
  }
  return sum;
}

const countedAs = ({ status }: Folded): keyof ChunkSum =>
  status === 'deleted' ? 'deleted' : COUNTED_AS[status];

/** A repair brings nothing new. */
const isChanged = ({ evidence, known }: Folded): boolean =>
  evidence?.transferred === true && !(evidence.repaired && known !== undefined);

function* eventsOf({ entries }: Fold, seed: boolean): Generator<EntryEvent> {
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

function whatHappened({ known, status, evidence, reason }: Folded): string | undefined {
  if (status === 'deleted') return 'deleted';
  if (status === 'awaiting delete') return known?.status === 'awaiting delete' ? undefined : 'gone';
  if (status === 'vanished') return 'vanished';
  if (reason !== undefined) return reason.class;
  if (evidence?.repaired === true) return 'repaired';
  if (evidence?.transferred === true) return known === undefined ? 'new' : 'changed';
  return known === undefined ? 'new' : undefined;
}
