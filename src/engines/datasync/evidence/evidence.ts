/**
 * What the reports of a round say of single entries, kept in evidence.journal of the round: a report is
 * read once, and counts when its end is written.
 */
import { join } from 'node:path';
import type { ChunkStore } from '../../../state/chunk-store.ts';
import { openJournal, readJournal } from '../../../state/journal.ts';
import type { RawPath } from '../../../paths.ts';
import type { SourceMoment } from '../../../policy/datasync/failures.ts';
import type { ReportedEntry } from './report.ts';

type EvidenceRecord =
  | { readonly b: string }
  | { readonly e: string; readonly entries: number }
  | { readonly r: readonly ReportedEntry[] };

const COMMIT_EVERY = 2_000;

const pathOf = (store: ChunkStore): string => join(store.roundDirectory, 'evidence.journal');

/** Durable when it returns. May be called again for the same execution after a crash. */
export async function keepEvidence(
  store: ChunkStore,
  execution: string,
  entries: AsyncIterable<ReportedEntry>,
): Promise<number> {
  const journal = openJournal<EvidenceRecord>(pathOf(store));
  let count = 0;
  try {
    journal.append({ b: execution });
    let batch: ReportedEntry[] = [];
    for await (const entry of entries) {
      count++;
      batch.push(entry);
      if (batch.length < COMMIT_EVERY) continue;
      journal.append({ r: batch });
      journal.commit();
      batch = [];
    }
    journal.append({ r: batch });
    journal.append({ e: execution, entries: count });
    journal.commit();
  } finally {
    journal.close();
  }
  return count;
}

/** The executions whose reports are kept whole. */
export function executionsWithEvidence(store: ChunkStore): ReadonlySet<string> {
  const whole = new Set<string>();
  for (const record of readJournal<EvidenceRecord>(pathOf(store)))
    if ('e' in record) whole.add(record.e);
  return whole;
}

export interface Evidence extends Omit<ReportedEntry, 'what'> {
  /** What the last report that names the entry says of it. */
  readonly what: ReportedEntry['what'];
  readonly transferred: boolean;
  /** It was mismatched, and then was not. */
  readonly repaired: boolean;
  /** The source when it was copied last, and when an execution found that it differs. */
  readonly copied?: SourceMoment | undefined;
  readonly found?: (SourceMoment & { readonly by: string }) | undefined;
}

/** The last word on each path, over the given executions in their order. */
export function foldEvidence(store: ChunkStore, order: readonly string[]): Map<RawPath, Evidence> {
  const folded = new Map<RawPath, Evidence>();
  const sets = wholeSets(store);
  for (const execution of order)
    for (const entry of sets.get(execution) ?? [])
      folded.set(entry.path, foldEntry(folded.get(entry.path), entry, execution));
  return folded;
}

function foldEntry(
  before: Evidence | undefined,
  entry: ReportedEntry,
  execution: string,
): Evidence {
  const { what } = entry;
  return {
    ...before,
    ...entry,
    ...momentsOf(before, entry, execution),
    transferred: what === 'transferred' || before?.transferred === true,
    repaired: before?.repaired === true || (what === 'verified' && before?.found !== undefined),
    // A transfer says less than the verification that the same report has of it, and more than one before.
    what: what === 'transferred' && isFoundBy(execution, before) ? 'mismatched' : what,
  };
}

const isFoundBy = (execution: string, before: Evidence | undefined): boolean =>
  before?.what === 'mismatched' && before.found?.by === execution;

function momentsOf(
  before: Evidence | undefined,
  { what, sizeBytes, mtimeSeconds, mtimeNanoseconds }: ReportedEntry,
  by: string,
): Pick<Evidence, 'copied' | 'found'> {
  const { copied, found } = before ?? {};
  const moment = {
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(mtimeSeconds === undefined ? {} : { mtimeSeconds }),
    ...(mtimeNanoseconds === undefined ? {} : { mtimeNanoseconds }),
  };
  return {
    copied: what === 'transferred' ? moment : copied,
    found: what === 'mismatched' ? { ...moment, by } : found,
  };
}

/** Entries by execution; the last whole set of each. */
function wholeSets(store: ChunkStore): ReadonlyMap<string, readonly ReportedEntry[]> {
  const sets = new Map<string, readonly ReportedEntry[]>();
  let current: ReportedEntry[] = [];
  for (const record of readJournal<EvidenceRecord>(pathOf(store))) {
    if ('b' in record) current = [];
    else if ('r' in record) for (const entry of record.r) current.push(entry);
    else sets.set(record.e, current);
  }
  return sets;
}
