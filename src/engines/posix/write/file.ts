/**
 * The recipe for one file. It appears under its name only when all of it is there:
 *
 *   1. open the source, never through a symlink; stat it
 *   2. make a file without a name, or a temporary one beside the final name
 *   3. copy bytes (or only data, around holes) and take their digest
 *   4. owner, attributes and ACL, mode, times
 *   5. stat the source again: if it changed meanwhile, throw the temporary file away and begin anew
 *   6. link or rename into place
 *
 * System calls for a small file: openat, statx, openat, read, write, flistxattr, utimensat, statx,
 * linkat, close, close = 11; fchown and fchmod only for what it was not born with. Beside them hardly anything is done: names stay in
 * native memory, and no object is made for a file.
 */
import type { RawPath } from '../../../paths.ts';
import { copyDense, copySparse } from './bytes.ts';
import type { Digest, DigestName } from '../round/digest.ts';
import { after, before, sameMoment, statOpen, type FileStat } from '../native/file-stat.ts';
import type { ThreadContext } from '../threads/messages.ts';
import { copyMetadata } from '../native/metadata.ts';
import type { NameCursor } from '../native/name-cursor.ts';
import { check } from '../native/errno.ts';
import type { NewFile } from './new-file.ts';
import { S_IFMT, S_IFREG } from '../native/statx.ts';
import { close, O, openat, statxField as field } from '../native/libc.ts';

/** Two open directories, one on each side, and what is needed to write in them. */
export interface OpenPair {
  readonly directory: RawPath;
  readonly sourceFd: number;
  readonly destinationFd: number;
  readonly digest: DigestName;
  readonly context: ThreadContext;
}

/** The same, for the files in them. */
export interface FilePair extends OpenPair {
  readonly newFile: NewFile;
  readonly adoptSame: boolean;
  /** New files get attributes from the directory they are in. */
  readonly inherits: boolean;
}

export type Copied =
  | { readonly outcome: 'copied'; readonly stat: FileStat; readonly digest?: Digest }
  | { readonly outcome: 'drifted' };

const ATTEMPTS = 3;

/**
 * Copies the current name of `names`; what the source was is in `before`. The digest; undefined when
 * the source changes too fast. Throws what stands in the way: VANISHED when the source is gone.
 */
export function copyFile(pair: FilePair, names: NameCursor): Digest | undefined {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const digest = attemptCopy(pair, names);
    if (digest !== undefined) return digest;
  }
  return undefined;
}

export const OPEN_SOURCE = O.RDONLY | O.NOFOLLOW | O.NONBLOCK | O.CLOEXEC;

/** undefined when the source changed under it. */
function attemptCopy(pair: FilePair, names: NameCursor): Digest | undefined {
  const from = check(openat(pair.sourceFd, names.address, OPEN_SOURCE, 0), 'open', 'source', names);
  try {
    statOpen(from, before, 'source', names);
    if ((field.mode(before) & S_IFMT) !== S_IFREG) return undefined;
    return copyOpened(pair, from, names);
  } finally {
    close(from);
  }
}

function copyOpened(pair: FilePair, from: number, names: NameCursor): Digest | undefined {
  const { newFile } = pair;
  newFile.create(names, field.mode(before));
  try {
    const digest = copyBytes(pair, from, names);
    if (digest === undefined) return undefined;
    copyMetadata(from, newFile.fd, names, pair.inherits, newFile.born);
    statOpen(from, after, 'source', names);
    if (!sameMoment(before, after)) return undefined;
    return newFile.place(names) ? digest : undefined;
  } finally {
    newFile.drop();
  }
}

/** The digest; undefined when the source was shorter than it said. */
function copyBytes(pair: FilePair, from: number, where: NameCursor): Digest | undefined {
  const size = field.size(before);
  const { digest, context } = pair;
  const transfer = { from, to: pair.newFile.fd, where, digest, context };
  const hasHoles = field.blocks(before) * 512 < size;
  return hasHoles ? copySparse(transfer, size) : copyDense(transfer, size);
}
