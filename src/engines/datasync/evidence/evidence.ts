/**
 * The evidence about single entries from the reports of a round, in evidence.journal of the round. A
 * report is read once, and counts only when its end record is written.
 */
import { join } from 'node:path';
import type { ChunkStore } from '../../../state/chunk-store.ts';
import { openJournal, readJournal } from '../../../state/journal.ts';
import type { RawPath } from '../../../paths.ts';
import type { SourceMoment } from '../../../policy/datasync/entry-class.ts';
import type { ReportedEntry } from './report.ts';

/** b: begins the report of an execution; r: entries of it; e: ends it. */
type EvidenceRecord =
  | { readonly b: string }
  | { readonly e: string; readonly entries: number }
  | { readonly r: readonly ReportedEntry[] };

const ENTRIES_PER_COMMIT = 2_000;

const pathOf = (store: ChunkStore): string => join(store.roundDirectory, 'evidence.journal');

/** Stores the report of an execution. Durable on return; may be called again after a crash. */
export async function storeReport(
  store: ChunkStore,
  executionArn: string,
  entries: AsyncIterable<ReportedEntry>,
): Promise<void> {
  const journal = openJournal<EvidenceRecord>(pathOf(store));
  let count = 0;
  try {
    journal.append({ b: executionArn });
    let batch: ReportedEntry[] = [];
    for await (const entry of entries) {
      count++;
      batch.push(entry);
      if (batch.length < ENTRIES_PER_COMMIT) continue;
      journal.append({ r: batch });
      journal.commit();
      batch = [];
    }
    journal.append({ r: batch });
    journal.append({ e: executionArn, entries: count });
    journal.commit();
  } finally {
    journal.close();
  }
}

/** Returns the ARNs of the executions whose reports are stored completely. */
export function reportedExecutions(store: ChunkStore): ReadonlySet<string> {
  const complete = new Set<string>();
  for (const record of readJournal<EvidenceRecord>(pathOf(store)))
    if ('e' in record) complete.add(record.e);
  return complete;
}

export interface Evidence extends Omit<ReportedEntry, 'what'> {
  /** Result in the last report that lists the entry. */
  readonly what: ReportedEntry['what'];
  readonly transferred: boolean;
  /** True when the entry was verified after it had been mismatched. */
  readonly repaired: boolean;
  /** The source at the last transfer. */
  readonly copied?: SourceMoment | undefined;
  /** The source when execution `by` found a mismatch. */
  readonly found?: (SourceMoment & { readonly by: string }) | undefined;
}

/** Returns the evidence by path, from the reports of these executions in this order. */
export function foldEvidence(
  store: ChunkStore,
  executionArns: readonly string[],
): Map<RawPath, Evidence> {
  const folded = new Map<RawPath, Evidence>();
  const reports = completeReports(store);
  for (const arn of executionArns)
    for (const entry of reports.get(arn) ?? [])
      folded.set(entry.path, foldEntry(folded.get(entry.path), entry, arn));
  return folded;
}

function foldEntry(
  before: Evidence | undefined,
  entry: ReportedEntry,
  executionArn: string,
): Evidence {
  const { what } = entry;
  return {
    ...before,
    ...entry,
    ...momentsOf(before, entry, executionArn),
    transferred: what === 'transferred' || before?.transferred === true,
    repaired: before?.repaired === true || (what === 'verified' && before?.found !== undefined),
    // Within one report a verification outranks a transfer; a later report outranks both.
    what: what === 'transferred' && isMismatchBy(executionArn, before) ? 'mismatched' : what,
  };
}

const isMismatchBy = (executionArn: string, evidence: Evidence | undefined): boolean =>
  evidence?.what === 'mismatched' && evidence.found?.by === executionArn;

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

/** Returns the entries by execution, of its last complete report. */
function completeReports(store: ChunkStore): ReadonlyMap<string, readonly ReportedEntry[]> {
  const reports = new Map<string, readonly ReportedEntry[]>();
  let current: ReportedEntry[] = [];
  for (const record of readJournal<EvidenceRecord>(pathOf(store))) {
    if ('b' in record) current = [];
    else if ('r' in record) for (const entry of record.r) current.push(entry);
    else reports.set(record.e, current);
  }
  return reports;
}
