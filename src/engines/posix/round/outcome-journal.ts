/**
 * The journal of a step: outcomes in the order of the work, so that the last place is all a second
 * run has to know, and amendments for what comes out of order (large files, links, what was tried
 * again). Of two outcomes for a path the later one counts.
 */
import { openJournal, readJournal } from '../../../state/journal.ts';
import { comparePaths, joinRaw, type RawPath } from '../../../paths.ts';
import type { EntryOutcome } from './outcome.ts';
import { unpackCopies, type CopiesRow } from './packed-copies.ts';
import {
  packOutcome,
  unpackOutcome,
  type PackedBatch,
  type PackedOutcome,
} from './packed-outcomes.ts';

/** Outcomes of one directory, in order; of either kind. */
type OrderedRow = { readonly d: RawPath } & ({ readonly o: readonly PackedOutcome[] } | CopiesRow);
type Row = OrderedRow | { readonly a: readonly PackedOutcome[] };

const outcomesIn = (row: OrderedRow): EntryOutcome[] =>
  'o' in row ? row.o.map(unpackOutcome) : unpackCopies(row);

export function unpackBatch({ row, count }: PackedBatch): EntryOutcome[] {
  if (count === 0) return [];
  return outcomesIn(JSON.parse(`{"d":"",${row}}`) as OrderedRow);
}

export interface Place {
  readonly directory: RawPath;
  readonly name: RawPath;
}

/** Whether the item comes after the place in the order of the work. */
export function isAfter(directory: RawPath, name: RawPath, place: Place | undefined): boolean {
  if (!place) return true;
  const order = comparePaths(directory, place.directory);
  return order > 0 || (order === 0 && name > place.name);
}

const NOTHING = { records: 0, entries: 0 };

export class OutcomeJournal {
  private readonly journal: ReturnType<typeof openJournal<Row>>;
  /** Entries that are not durable yet. */
  get pending(): number {
    return this.sealed.entries + this.unsealed.entries;
  }
  /** Of these, those that are not sealed. */
  get unsealedEntries(): number {
    return this.unsealed.entries;
  }
  private sealed = NOTHING;
  private unsealed = NOTHING;

  constructor(path: string) {
    this.journal = openJournal<Row>(path);
  }

  /** The next outcomes in the order of the work. */
  append(directory: RawPath, batch: PackedBatch): void {
    if (batch.count === 0) return;
    this.journal.appendJson(`{"d":${JSON.stringify(directory)},${batch.row}}`);
    this.count(batch.count);
  }

  /** `name` of these is the whole path. */
  amend(outcomes: readonly EntryOutcome[]): void {
    if (outcomes.length === 0) return;
    this.journal.append({ a: outcomes.map(packOutcome) });
    this.count(outcomes.length);
  }

  private count(entries: number): void {
    const { unsealed } = this;
    this.unsealed = { records: unsealed.records + 1, entries: unsealed.entries + entries };
  }

  /** What was appended so far is all that the next `commit` is about; more may be appended before it. */
  seal(): void {
    const { sealed, unsealed } = this;
    const records = sealed.records + unsealed.records;
    this.sealed = { records, entries: sealed.entries + unsealed.entries };
    this.unsealed = NOTHING;
  }

  /** Makes durable what is sealed; without a seal, all. */
  commit(): void {
    if (this.sealed.records === 0) this.seal();
    this.journal.commit(this.sealed.records);
    this.sealed = NOTHING;
  }

  close(): void {
    this.journal.close();
  }
}

/** What a journal says, for whoever walks the work in its order. */
export class Outcomes {
  /** By whole path. */
  readonly amendments = new Map<RawPath, EntryOutcome>();
  /** Paths of ordered outcomes that are open: blocked. */
  readonly open = new Map<RawPath, EntryOutcome>();
  /** Paths of ordered outcomes that were corrupt, and not amended since. */
  readonly corrupt = new Map<RawPath, EntryOutcome>();
  place: Place | undefined;
  ordered = 0;
  private readonly rows: Iterator<Row, void>;
  private next: OrderedRow | undefined;

  constructor(path: string) {
    for (const row of readJournal<Row>(path)) {
      if ('a' in row) for (const packed of row.a) this.noteAmendment(unpackOutcome(packed));
      else this.noteRow(row);
    }
    this.rows = readJournal<Row>(path);
    this.next = this.pull();
  }

  /** Paths whose last outcome needs a person. */
  blocked(): Set<RawPath> {
    const paths = new Set(this.open.keys());
    for (const [path, { outcome }] of this.amendments) {
      if (outcome === 'blocked') paths.add(path);
      else paths.delete(path);
    }
    return paths;
  }

  private noteAmendment(outcome: EntryOutcome): void {
    this.amendments.set(outcome.name, outcome);
    if (outcome.outcome === 'blocked' && outcome.failure?.code === 'CORRUPT_COPY') {
      this.corrupt.set(outcome.name, { ...outcome, outcome: 'corrupt' });
    } else this.corrupt.delete(outcome.name);
  }

  private noteRow(row: OrderedRow): void {
    const names = 'o' in row ? row.o.map(([name]) => name) : row.n.split('/');
    this.place = { directory: row.d, name: names.at(-1)! };
    this.ordered += names.length;
    for (const packed of 'o' in row ? row.o : (row.x ?? []).map(([, other]) => other)) {
      const path = joinRaw(row.d, packed[0]);
      if (packed[1] === 'blocked') this.open.set(path, unpackOutcome(packed));
      if (packed[1] === 'corrupt') this.corrupt.set(path, unpackOutcome(packed));
    }
  }

  /** The outcomes of a directory by name; directories must be asked for in order. */
  of(directory: RawPath): ReadonlyMap<RawPath, EntryOutcome> {
    const found = new Map<RawPath, EntryOutcome>();
    while (this.next && comparePaths(this.next.d, directory) <= 0) {
      if (this.next.d === directory) {
        for (const outcome of outcomesIn(this.next)) found.set(outcome.name, outcome);
      }
      this.next = this.pull();
    }
    return found;
  }

  /** The outcome of a name, given the ordered ones of its directory. */
  find(
    directory: RawPath,
    name: RawPath,
    ordered: ReadonlyMap<RawPath, EntryOutcome>,
  ): EntryOutcome | undefined {
    const amended =
      this.amendments.size > 0 ? this.amendments.get(joinRaw(directory, name)) : undefined;
    return amended ?? ordered.get(name);
  }

  /** The next ordered row. */
  private pull(): OrderedRow | undefined {
    for (;;) {
      const { value, done } = this.rows.next();
      if (done || value === undefined) return undefined;
      if ('d' in value) return value;
    }
  }
}
