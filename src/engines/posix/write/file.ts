/**
 * Copies one regular file. It appears under its name only when it is complete:
 *
 *   1. open the source, never through a symlink; stat it
 *   2. create an unnamed file, or a temporary one beside the final name
 *   3. copy bytes (or only data, around holes) and take their digest
 *   4. owner, attributes and ACL, mode, times
 *   5. stat the source again; if it changed meanwhile, discard the new file and start again
 *   6. link or rename into place
 *
 * System calls for a small file: openat, statx, openat, read, write, flistxattr, utimensat, statx,
 * linkat, close, close = 11; fchown and fchmod only where the new file differs. Names stay in native
 * memory, and no object is created per file.
 */
import type { RawPath } from '../../../paths.ts';
import type { NameCursor } from '../native/name-cursor.ts';
import { statxField as field } from '../native/statx.ts';
import type { FileStat } from '../native/file-stat.ts';
import { copyMetadata } from '../native/metadata.ts';
import type { XattrCopier } from '../native/xattrs.ts';
import type { Digest, DigestName } from '../round/digest.ts';
import type { ThreadContext } from '../threads/messages.ts';
import { copyDense, copySparse } from './bytes.ts';
import type { NewFile } from './new-file.ts';
import type { SourceEntry } from './source-entry.ts';

/** One directory, open on both sides, and what is needed to copy its entries. */
export interface OpenPair {
  readonly directory: RawPath;
  readonly sourceFd: number;
  readonly destinationFd: number;
  readonly digest: DigestName;
  readonly context: ThreadContext;
  readonly source: SourceEntry;
  readonly xattrs: XattrCopier;
}

/** An OpenPair in which regular files are copied. */
export interface FilePair extends OpenPair {
  readonly newFile: NewFile;
}

/** Result of copying one entry. */
export type CopyOutcome =
  | { readonly outcome: 'copied'; readonly stat: FileStat; readonly digest?: Digest }
  | { readonly outcome: 'drifted' };

const MAX_ATTEMPTS = 3;

/**
 * Copies the current name of `names`; afterwards `pair.source.stat` is the source as it was copied.
 * Returns the digest, or undefined if the source keeps changing. Throws VANISHED if it is gone.
 */
export function copyFile(pair: FilePair, names: NameCursor): Digest | undefined {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const digest = attemptCopy(pair, names);
    if (digest !== undefined) return digest;
  }
  return undefined;
}

/** Returns undefined if the source changed during the copy. */
function attemptCopy(pair: FilePair, names: NameCursor): Digest | undefined {
  const { source } = pair;
  try {
    source.open(pair.sourceFd, names.address, names);
    return source.isRegular ? copyOpened(pair, names) : undefined;
  } finally {
    source.close();
  }
}

function copyOpened(pair: FilePair, names: NameCursor): Digest | undefined {
  const { source, newFile } = pair;
  newFile.create(names, field.mode(source.stat));
  try {
    const digest = copyBytes(pair, names);
    if (digest === undefined) return undefined;
    copyMetadata(source, newFile.fd, names, pair.xattrs, newFile.initial);
    if (source.hasChanged(names)) return undefined;
    return newFile.commit(names) ? digest : undefined;
  } finally {
    newFile.discard();
  }
}

/** Returns undefined if the source was shorter than its size. */
function copyBytes(pair: FilePair, where: NameCursor): Digest | undefined {
  const { source, digest, context } = pair;
  const transfer = { from: source.fd, to: pair.newFile.fd, where, digest, context };
  return source.hasHoles ? copySparse(transfer, source.size) : copyDense(transfer, source.size);
}
