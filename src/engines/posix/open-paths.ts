/**
 * The entries that a blocked chunk waits for, each by name, out of what its steps left in the round's
 * directory: the outcomes of copy and verify, the directories that could not be listed, and what a
 * refused delete-pass would have deleted. For readers; needs no worker.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readJson } from '../../ledger/atomic-file.ts';
import { CatalogReader } from '../../ledger/catalog-reader.ts';
import { printable } from '../../paths.ts';
import type { OpenEntry } from '../engine.ts';
import { copyJournalPath } from './copy.ts';
import { deleteRefusedPath, type DeleteRefusal } from './delete-pass.ts';
import { Outcomes } from './outcome-journal.ts';
import { scanSamples } from './scan-merge.ts';
import { verifyJournalPath } from './verify.ts';

/** Paths in printable form. */
export function* openPaths(roundDirectory: string): Generator<OpenEntry, void> {
  yield* notListed(roundDirectory);
  for (const journal of [copyJournalPath(roundDirectory), verifyJournalPath(roundDirectory)]) {
    if (existsSync(journal)) yield* blockedIn(new Outcomes(journal));
  }
  const refusal = readJson<DeleteRefusal>(deleteRefusedPath(roundDirectory));
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

function* notListed(roundDirectory: string): Generator<OpenEntry, void> {
  const manifest = join(roundDirectory, 'manifest');
  if (!existsSync(manifest)) return;
  const reasons = new Map(scanSamples(roundDirectory).map((sample) => [sample.path, sample]));
  const reader = new CatalogReader(manifest);
  try {
    for (const { path, complete } of reader.directories()) {
      const unknown = { code: 'PERMISSION_DENIED' as const, message: 'Cannot list it to its end' };
      if (!complete) yield { ...unknown, ...reasons.get(printable(path)), path: printable(path) };
    }
  } finally {
    reader.close();
  }
}
