/** The result of a delete-pass as later steps and readers find it in the round's directory. */
import { existsSync } from 'node:fs';
import { readJson, writeJsonAtomic } from '../../../state/atomic-file.ts';
import { hasFields, isListOf, isText } from '../../../state/shape.ts';
import type { RawPath } from '../../../paths.ts';
import { deleteIntentPath, deleteRecordPath, deleteRefusalPath } from './files.ts';

/** A delete-pass that has begun. A later attempt finds no candidate in a directory that this one has emptied. */
interface DeleteIntent {
  /** Directories from which entries are deleted, by any attempt in the round. */
  readonly directories: readonly RawPath[];
}

/** A delete-pass that has finished. */
export interface DeleteRecord {
  /** Paths it could not delete; everything else that is gone at the source has been deleted. */
  readonly left: readonly RawPath[];
}

/** A delete-pass that was refused before its first delete. */
export interface DeleteRefusal {
  readonly because: string;
  /** Paths that would have been deleted, in printable form; a directory stands for its subtree. */
  readonly paths: readonly string[];
}

const isIntent = hasFields<DeleteIntent>({ directories: isListOf(isText) });
const isRecord = hasFields<DeleteRecord>({ left: isListOf(isText) });
const isRefusal = hasFields<DeleteRefusal>({ because: isText, paths: isListOf(isText) });

/** Number of paths that a refusal lists at most. */
export const MAX_REFUSED_PATHS = 10_000;

/**
 * Records durably that entries will be deleted from `directories`. Returns them with those of earlier attempts
 * in the round: their times are changed by the deletes, and have to be restored by the attempt that finishes.
 */
export function recordDeleteIntent(
  roundDirectory: string,
  directories: readonly RawPath[],
): readonly RawPath[] {
  const path = deleteIntentPath(roundDirectory);
  const before = readJson(path, isIntent)?.directories ?? [];
  const all = [...new Set([...before, ...directories])];
  if (all.length > before.length)
    writeJsonAtomic(path, { directories: all } satisfies DeleteIntent);
  return all;
}

export const writeDeleteRecord = (roundDirectory: string, record: DeleteRecord): void =>
  writeJsonAtomic(deleteRecordPath(roundDirectory), record);

export const readDeleteRecord = (roundDirectory: string): DeleteRecord | undefined =>
  readJson(deleteRecordPath(roundDirectory), isRecord);

export const writeDeleteRefusal = (roundDirectory: string, refusal: DeleteRefusal): void =>
  writeJsonAtomic(deleteRefusalPath(roundDirectory), refusal);

export const readDeleteRefusal = (roundDirectory: string): DeleteRefusal | undefined =>
  readJson(deleteRefusalPath(roundDirectory), isRefusal);

/** Returns true after a refusal: the next scan lists the source again, because its cause may be fixed. */
export const isDeleteRefused = (roundDirectory: string): boolean =>
  existsSync(deleteRefusalPath(roundDirectory));
