/**
 * Journals of the large files that are copied in parts. Each has one in the chunk's directory, over
 * several rounds if necessary, until it is published under its name. The first record names the file,
 * so that abandoned parts are found and removed, and nothing else.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn, syncDirectory } from '../../../state/directory.ts';
import { readJournal } from '../../../state/journal.ts';
import type { RawPath } from '../../../paths.ts';
import type { PartsRecord } from '../jobs/copy-large.ts';
import type { StepContext, StepInput } from './step.ts';
import { partName } from '../write/own-names.ts';

const partsDirectory = (chunkDirectory: string): string => join(chunkDirectory, 'parts');

/** Returns the path of the journal of the parts of `path`; creates its directory. */
export function partsJournal(chunkDirectory: string, path: RawPath): string {
  const directory = partsDirectory(chunkDirectory);
  if (mkdirSync(directory, { recursive: true }) !== undefined) syncDirectory(chunkDirectory);
  return join(directory, `${partName(path).slice(1)}.journal`);
}

/** Removes the parts of files that are complete, gone, or no longer copied in parts; keeps those of `unfinished`. */
export async function removeParts(
  { store, lease }: StepInput,
  { pool, destinationFd }: StepContext,
  unfinished: ReadonlySet<RawPath>,
): Promise<void> {
  const over = journalsIn(store.directory).filter(({ path }) => !unfinished.has(path));
  if (over.length === 0) return;
  lease.check();
  const paths = over.map(({ path }) => path);
  await pool.run({ type: 'remove parts', destinationFd, paths });
  for (const { journal } of over) rmSync(journal, { force: true });
}

function journalsIn(chunkDirectory: string): { journal: string; path: RawPath }[] {
  const directory = partsDirectory(chunkDirectory);
  return namesIn(directory).flatMap((name) => {
    const journal = join(directory, name);
    const [head] = readJournal<PartsRecord>(journal);
    return head && 'path' in head ? [{ journal, path: head.path }] : [];
  });
}
