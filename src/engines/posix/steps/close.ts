/**
 * Folds a round into the chunk's catalog and sums up the state of every entry. Reads the catalog that
 * the round began with, the manifest and the journals; writes the events of the entries, then publishes
 * the new catalog. Calling it again gives the same result. It removes the earlier rounds last.
 */
import type { DirectoryBlock, Entry, EntryStatus } from '../../../model/entry.ts';
import { mergeJoin } from '../../../catalog/merge.ts';
import { CatalogReader } from '../../../catalog/reader.ts';
import { CatalogWriter } from '../../../catalog/writer.ts';
import { removeRoundsBefore } from '../../../state/chunk-store.ts';
import { compactEvents, writeEvents, type EntryEvent } from '../../../ledger/entry-events.ts';
import { isWithin, joinRaw, type RawPath } from '../../../paths.ts';
import { COUNTED_AS, emptySum } from '../../../model/sum.ts';
import type { ChunkSum } from '../../../model/round.ts';
import { openBase } from '../../../catalog/base-catalog.ts';
import { workReason, hasNoCopy, isExcepted } from '../round/decide.ts';
import { readDeleteRecord, type DeleteRecord } from '../round/delete-record.ts';
import { digestBytes } from '../round/digest.ts';
import type { EntryOutcome } from '../round/outcome.ts';
import { S_IFMT, S_IFREG } from '../native/statx.ts';
import type { Excludes } from '../tree/excludes.ts';
import type { FileStat } from '../native/file-stat.ts';
import { Outcomes } from '../round/outcome-journal.ts';
import { eventOf } from '../round/round-events.ts';
import type { StepInput } from './step.ts';
import { copyJournalPath, manifestPath, verifyJournalPath } from '../round/files.ts';
import { Ancestors, type Absence } from '../round/absence.ts';

export interface CloseOptions {
  readonly excludes: Excludes;
  /** Entries that are gone at the source stay at the destination permanently. */
  readonly neverDeletes: boolean;
}

type CloseInput = Omit<StepInput, 'signal' | 'onProgress'>;

export function closeChunk(input: CloseInput, options: CloseOptions): ChunkSum {
  const { store, round, lease } = input;
  const fold = new Fold(input, options);
  const writer = new CatalogWriter(store.catalogPath);
  try {
    writeEvents(store, { number: round.number, at: new Date().toISOString() }, fold.into(writer));
    lease.check();
    writer.finish();
  } catch (thrown) {
    writer.discard();
    throw thrown;
  }
  compactEvents(store);
  removeRoundsBefore(store, round.number);
  return fold.sum;
}

class Fold {
  readonly sum = emptySum();
  private readonly copied: Outcomes;
  private readonly checked: Outcomes;
  private readonly deleted: DeleteRecord | undefined;
  private readonly ancestors: Ancestors;
  private readonly without: ReadonlySet<RawPath>;
  private readonly events: EntryEvent[] = [];
  private readonly input: CloseInput;
  private readonly options: CloseOptions;

  constructor(input: CloseInput, options: CloseOptions) {
    this.input = input;
    this.options = options;
    const { roundDirectory } = input.store;
    this.copied = new Outcomes(copyJournalPath(roundDirectory));
    this.checked = new Outcomes(verifyJournalPath(roundDirectory));
    this.deleted = input.round.deletes ? readDeleteRecord(roundDirectory) : undefined;
    this.without = new Set(input.chunk.without);
    this.ancestors = new Ancestors(this.without);
  }

  /** Writes the new catalog, and yields the events. */
  *into(writer: CatalogWriter): Generator<EntryEvent> {
    const { store } = this.input;
    const manifest = new CatalogReader(manifestPath(store.roundDirectory));
    const base = openBase(store);
    try {
      const pairs = mergeJoin(manifest.directories(), base?.directories() ?? []);
      for (const { path, found, known } of pairs) {
        const entries = this.directory(path, found, known);
        if (entries.length > 0) writer.add({ path, complete: found?.complete ?? false, entries });
        yield* this.events.splice(0);
      }
    } finally {
      manifest.close();
      base?.close();
    }
  }

  /** Returns the new catalog entries of a directory. */
  private directory(path: RawPath, found?: DirectoryBlock, known?: DirectoryBlock): Entry[] {
    const missing = this.ancestors.enter(path, found);
    const copied = this.copied.of(path);
    const checked = this.checked.of(path);
    const now = byName(found);
    const before = byName(known);
    const names = new Set([...now.keys(), ...before.keys()]);
    const result: Entry[] = [];
    for (const name of [...names].sort()) {
      const outcomes = {
        copied: this.copied.find(path, name, copied),
        checked: this.checked.find(path, name, checked),
      };
      const kept = this.entry(joinRaw(path, name), now.get(name), before.get(name), {
        ...outcomes,
        missing,
      });
      if (kept) result.push(kept);
    }
    return result;
  }

  private entry(
    path: RawPath,
    found: Entry | undefined,
    known: Entry | undefined,
    { missing, ...outcomes }: OutcomesOfEntry & { readonly missing: Absence },
  ): Entry | undefined {
    if (!found && this.isForgotten(path, known!, missing)) return undefined;
    const kept = found
      ? this.present(path, found, known, outcomes)
      : this.missing(path, known!, missing);
    const outcome = outcomes.checked ?? outcomes.copied;
    const event = eventOf({ path, found, known, kept, outcome }, this.input.round.kind === 'seed');
    if (event) this.events.push(event);
    return kept;
  }

  /** Returns true for an entry of another chunk, or one that a rule excludes now: its copy stays. */
  private isForgotten(path: RawPath, known: Entry, missing: Absence): boolean {
    if (missing === 'covered' || hasNoCopy(known) || this.without.has(path)) return true;
    return missing === 'gone' && this.options.excludes.isExcluded(path, false);
  }

  private present(
    path: RawPath,
    found: Entry,
    known: Entry | undefined,
    { copied, checked }: OutcomesOfEntry,
  ): Entry | undefined {
    if (found.status === 'vanished') {
      return known && !hasNoCopy(known) ? this.missing(path, known, 'gone') : undefined;
    }
    const excepted = isExcepted(path, this.input.exceptions);
    if (found.status !== 'seen' || excepted)
      return this.leftOut(found, excepted ? 'excepted' : found.status);
    if (copied && workReason(found, known) !== undefined) {
      this.sum.changedEntries++;
      this.sum.changedBytes += copied.bytes;
    }
    const status = statusOf(found, known, copied, checked);
    if (status !== 'vanished')
      return this.count(entryOf(status, found, known, { copied, checked }));
    const wasThere = known && !hasNoCopy(known);
    return this.count(wasThere ? { ...known, status: 'awaiting delete' } : { ...found, status });
  }

  private leftOut(found: Entry, status: EntryStatus): Entry | undefined {
    return this.count({ ...found, status: status === 'unreadable' ? 'blocked' : status });
  }

  /** Folds a name that the catalog knows and the manifest does not have. */
  private missing(path: RawPath, known: Entry, absence: Absence): Entry | undefined {
    if (absence === 'unknown') return this.count({ ...known, status: 'blocked' });
    if (this.options.neverDeletes || isExcepted(path, this.input.exceptions)) {
      this.sum.seen++;
      this.sum.excepted++;
      return { ...known, status: 'awaiting delete' };
    }
    if (this.deleted && !this.deleted.left.some((left) => isWithin(path, left))) {
      this.sum.seen++;
      this.sum.deleted++;
      return undefined;
    }
    return this.count({ ...known, status: 'awaiting delete' });
  }

  private count(entry: Entry): Entry | undefined {
    this.sum.seen++;
    this.sum[COUNTED_AS[entry.status]]++;
    if (entry.status === 'verified' && (entry.mode & S_IFMT) === S_IFREG)
      this.sum.bytes += entry.sizeBytes;
    return entry.status === 'vanished' ? undefined : entry;
  }
}

function byName(block: DirectoryBlock | undefined): ReadonlyMap<RawPath, Entry> {
  return new Map(block?.entries.map((entry) => [entry.name, entry]));
}

interface OutcomesOfEntry {
  readonly copied: EntryOutcome | undefined;
  readonly checked: EntryOutcome | undefined;
}

/** Keeps the source's stat at the time of the copy, so that a later change is detected. */
function entryOf(
  status: EntryStatus,
  found: Entry,
  known: Entry | undefined,
  { copied, checked }: OutcomesOfEntry,
): Entry {
  const stat = checked?.stat ?? copied?.stat;
  const text = checked?.digest ?? copied?.digest;
  const digest = text ? digestBytes(text) : copied ? undefined : known?.digest;
  return { ...found, ...(stat ? fromStat(stat) : {}), ...(digest ? { digest } : {}), status };
}

function statusOf(
  found: Entry,
  known: Entry | undefined,
  copied: EntryOutcome | undefined,
  checked: EntryOutcome | undefined,
): EntryStatus {
  if (!copied) {
    // Not copied in this round: its status stays if there was no work, else it is still to be copied.
    if (checked) return verdict(checked);
    return workReason(found, known) === undefined && known ? known.status : 'unverified';
  }
  if (copied.outcome !== 'copied') return verdict(copied);
  return checked ? verdict(checked) : 'unverified';
}

function verdict({ outcome }: EntryOutcome): EntryStatus {
  switch (outcome) {
    case 'verified':
      return 'verified';
    case 'vanished':
      return 'vanished';
    case 'drifted':
      return 'drifted';
    case 'copied':
      return 'unverified';
    case 'blocked':
    case 'corrupt':
    case 'absent':
      return 'blocked';
  }
}

function fromStat({ inode, ...stat }: FileStat): Omit<FileStat, 'inode'> & { inode: bigint } {
  return { ...stat, inode: BigInt(inode) };
}
