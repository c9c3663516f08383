/**
 * The journal of a step. Ordered rows follow the order of the worklist, so a second run continues after
 * the last position. Amendments are outcomes out of order: large files, links, retried entries. Of two
 * outcomes for a path the later one counts.
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

/** Outcomes of names in one directory, in order, in one of the two encodings. */
type OrderedRow = { readonly d: RawPath } & ({ readonly o: readonly PackedOutcome[] } | CopiesRow);
type Row = OrderedRow | { readonly a: readonly PackedOutcome[] };

const outcomesIn = (row: OrderedRow): EntryOutcome[] =>
  'o' in row ? row.o.map(unpackOutcome) : unpackCopies(row);

export function unpackBatch({ row, count }: PackedBatch): EntryOutcome[] {
  if (count === 0) return [];
  return outcomesIn(JSON.parse(`{"d":"",${row}}`) as OrderedRow);
}

/** A name in the order of the worklist. */
export interface JournalPosition {
  readonly directory: RawPath;
  readonly name: RawPath;
}

/** Returns true if the name comes after the position, or if there is no position. */
export function isAfter(
  directory: RawPath,
  name: RawPath,
  position: JournalPosition | undefined,
): boolean {
  if (!position) return true;
  const order = comparePaths(directory, position.directory);
  return order > 0 || (order === 0 && name > position.name);
}

const NOTHING = { records: 0, entries: 0 };

export class OutcomeJournal {
  private readonly journal: ReturnType<typeof openJournal<Row>>;
  /** Number of entries that are not durable yet. */
  get pending(): number {
    return this.sealed.entries + this.unsealed.entries;
  }
  /** Number of entries that are neither durable nor sealed. */
  get unsealedEntries(): number {
    return this.unsealed.entries;
  }
  private sealed = NOTHING;
  private unsealed = NOTHING;

  constructor(path: string) {
    this.journal = openJournal<Row>(path);
  }

  /** Appends the next outcomes in the order of the worklist. */
  append(directory: RawPath, batch: PackedBatch): void {
    if (batch.count === 0) return;
    this.journal.appendJson(`{"d":${JSON.stringify(directory)},${batch.row}}`);
    this.count(batch.count);
  }

  /** Appends outcomes out of order; their `name` is the whole path. */
  amend(outcomes: readonly EntryOutcome[]): void {
    if (outcomes.length === 0) return;
    this.journal.append({ a: outcomes.map(packOutcome) });
    this.count(outcomes.length);
  }

  private count(entries: number): void {
    const { unsealed } = this;
    this.unsealed = { records: unsealed.records + 1, entries: unsealed.entries + entries };
  }

  /** Limits the next `commit` to what was appended so far; more may be appended before it. */
  seal(): void {
    const { sealed, unsealed } = this;
    const records = sealed.records + unsealed.records;
    this.sealed = { records, entries: sealed.entries + unsealed.entries };
    this.unsealed = NOTHING;
  }

  /** Makes the sealed records durable; without a seal, all records. */
  commit(): void {
    if (this.sealed.records === 0) this.seal();
    this.journal.commit(this.sealed.records);
    this.sealed = NOTHING;
  }

  close(): void {
    this.journal.close();
  }
}

/** Reads a journal, for steps that walk the worklist in order. */
export class Outcomes {
  /** Amendments by whole path. */
  readonly amendments = new Map<RawPath, EntryOutcome>();
  /** Ordered outcomes that are blocked, by whole path. */
  readonly open = new Map<RawPath, EntryOutcome>();
  /** Outcomes that are corrupt and were not amended since, by whole path. */
  readonly corrupt = new Map<RawPath, EntryOutcome>();
  /** Last position of an ordered outcome. */
  position: JournalPosition | undefined;
  /** Number of ordered outcomes. */
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

  /** Returns the paths whose last outcome is blocked. */
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
    this.position = { directory: row.d, name: names.at(-1)! };
    this.ordered += names.length;
    for (const packed of 'o' in row ? row.o : (row.x ?? []).map(([, other]) => other)) {
      const path = joinRaw(row.d, packed[0]);
      if (packed[1] === 'blocked') this.open.set(path, unpackOutcome(packed));
      if (packed[1] === 'corrupt') this.corrupt.set(path, unpackOutcome(packed));
    }
  }

  /** Returns the ordered outcomes of a directory by name. Call it in the order of directories. */
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

  /** Returns the last outcome of a name, given the ordered outcomes of its directory. */
  find(
    directory: RawPath,
    name: RawPath,
    ordered: ReadonlyMap<RawPath, EntryOutcome>,
  ): EntryOutcome | undefined {
    const amended =
      this.amendments.size > 0 ? this.amendments.get(joinRaw(directory, name)) : undefined;
    return amended ?? ordered.get(name);
  }

  private pull(): OrderedRow | undefined {
    for (;;) {
      const { value, done } = this.rows.next();
      if (done || value === undefined) return undefined;
      if ('d' in value) return value;
    }
  }
}
