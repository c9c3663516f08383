/**
 * What the reports of a round say of single entries, kept in evidence.journal of the round: a report is
 * read once, and counts when its end is written.
 */
import { join } from 'node:path';
import type { ChunkStore } from '../../ledger/chunk-store.ts';
import { openJournal, readJournal } from '../../ledger/journal.ts';
import type { RawPath } from '../../paths.ts';
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
}

/** The last word on each path, over the given executions in their order. */
export function foldEvidence(store: ChunkStore, order: readonly string[]): Map<RawPath, Evidence> {
  const folded = new Map<RawPath, Evidence>();
  const sets = wholeSets(store);
  for (const execution of order) {
    for (const entry of sets.get(execution) ?? []) {
      const before = folded.get(entry.path);
      folded.set(entry.path, {
        ...before,
        ...entry,
        transferred: entry.what === 'transferred' || before?.transferred === true,
        repaired:
          before?.repaired === true || (before?.what === 'mismatched' && entry.what === 'verified'),
        // A transfer says less than the verification that the same report has of it.
        what:
          entry.what === 'transferred' && before?.what === 'mismatched' ? 'mismatched' : entry.what,
      });
    }
  }
  return folded;
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
