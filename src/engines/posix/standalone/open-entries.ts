/**
 * Lists the entries that a blocked chunk waits for, from the files in the round's directory: outcomes of
 * copy and verify, directories that could not be listed, and paths of a refused delete-pass. For readers;
 * needs no worker.
 */
import { existsSync } from 'node:fs';
import { CatalogReader } from '../../../catalog/reader.ts';
import { isWithin, printable } from '../../../paths.ts';
import type { OpenEntry } from '../../../model/round.ts';
import { readDeleteRefusal } from '../round/delete-record.ts';
import { copyJournalPath, manifestPath, verifyJournalPath } from '../round/files.ts';
import { Outcomes } from '../round/outcome-journal.ts';
import { readScanSummary, rootsOfHeading } from '../round/scan-summary.ts';

/** Yields each path once, in printable form. */
export function* openPaths(roundDirectory: string): Generator<OpenEntry, void> {
  const told = new Set<string>();
  for (const entry of allOpen(roundDirectory)) {
    if (told.has(entry.path)) continue;
    told.add(entry.path);
    yield entry;
  }
}

function* allOpen(roundDirectory: string): Generator<OpenEntry, void> {
  yield* notListed(roundDirectory);
  for (const journal of [copyJournalPath(roundDirectory), verifyJournalPath(roundDirectory)]) {
    if (existsSync(journal)) yield* blockedIn(new Outcomes(journal));
  }
  const refusal = readDeleteRefusal(roundDirectory);
  for (const path of refusal?.paths ?? []) {
    yield { path, code: 'DELETE_REFUSED', message: 'would be deleted: it is gone at the source' };
  }
}

function* blockedIn(outcomes: Outcomes): Generator<OpenEntry, void> {
  for (const path of outcomes.blocked()) {
    const { failure } = outcomes.amendments.get(path) ?? outcomes.open.get(path) ?? {};
    if (failure !== undefined) yield { ...failure, path: printable(path) };
  }
}

/** The manifest also has the directories above the chunk's roots, which are deliberately not listed. */
function* notListed(roundDirectory: string): Generator<OpenEntry, void> {
  const scan = readScanSummary(roundDirectory);
  const manifest = manifestPath(roundDirectory);
  if (scan === undefined || !existsSync(manifest)) return;
  const roots = rootsOfHeading(scan.heading);
  const reasons = new Map(scan.counters.open.map((sample) => [sample.path, sample]));
  const reader = new CatalogReader(manifest);
  try {
    for (const { path, complete } of reader.directories()) {
      if (complete || !roots.some((root) => isWithin(path, root))) continue;
      const unknown = { code: 'PERMISSION_DENIED' as const, message: 'Cannot list it to its end' };
      yield { ...unknown, ...reasons.get(printable(path)), path: printable(path) };
    }
  } finally {
    reader.close();
  }
}
