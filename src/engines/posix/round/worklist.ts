/** Reads the worklist of a round: the entries that the copy and the delete-pass have to handle. */
import { statSync } from 'node:fs';
import type { StatusEntry } from '../../../catalog/codec.ts';
import { CatalogReader } from '../../../catalog/reader.ts';
import type { RawPath } from '../../../paths.ts';
import { WORK_REASONS, type WorkReason } from './decide.ts';
import { manifestPath, worklistPath } from './files.ts';

/**
 * An entry as the scan found it, with the reason as its status. It has the digest of the catalog if its
 * content is the same.
 */
export type WorkEntry = StatusEntry<Exclude<WorkReason, 'gone'>>;
/** An entry as the catalog has it. */
export type GoneEntry = StatusEntry<'gone'>;

export interface WorkDirectory {
  readonly path: RawPath;
  /** True if the scan listed the directory completely. */
  readonly complete: boolean;
  readonly entries: readonly WorkEntry[];
  /** Entries that are gone; those of a gone directory are in its own WorkDirectory. */
  readonly gone: readonly GoneEntry[];
}

/** Streams a worklist, one directory at a time. */
export function* readWorklist(roundDirectory: string): Generator<WorkDirectory, void, undefined> {
  const reader = new CatalogReader<WorkReason>(worklistPath(roundDirectory), WORK_REASONS);
  try {
    for (const { path, complete, entries } of reader.directories()) {
      const work = entries.filter((entry): entry is WorkEntry => entry.status !== 'gone');
      const gone = entries.filter((entry): entry is GoneEntry => entry.status === 'gone');
      if (entries.length > 0) yield { path, complete, entries: work, gone };
    }
  } finally {
    reader.close();
  }
}

/** Returns true if the worklist is the manifest itself: every entry is new and has to be copied. */
export function isAllNew(roundDirectory: string): boolean {
  const inode = (path: string): bigint => statSync(path, { bigint: true }).ino;
  return inode(worklistPath(roundDirectory)) === inode(manifestPath(roundDirectory));
}
