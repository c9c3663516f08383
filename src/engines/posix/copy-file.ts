/**
 * The recipe for one file. It appears under its name only when all of it is there:
 *
 *   1. open the source, never through a symlink; stat it
 *   2. make a temporary file beside the final name
 *   3. copy bytes (or only data, around holes) and take their digest
 *   4. attributes and ACL, owner, mode, times
 *   5. stat the source again: if it changed meanwhile, throw the temporary file away and begin anew
 *   6. rename into place
 *
 * System calls for a small file: openat, statx, openat, read, write, flistxattr, fchown, fchmod,
 * utimensat, statx, close, renameat, close = 13. Beside them hardly anything is done: names stay in
 * native memory, and no object is made for a file.
 */
import type { RawPath } from '../../paths.ts';
import { copyDense, copySparse } from './copy-bytes.ts';
import type { Digest, DigestName } from './digest.ts';
import { after, before, sameMoment, statOpen, type FileStat } from './file-stat.ts';
import type { ThreadContext } from './messages.ts';
import { setMetadata } from './metadata.ts';
import type { NameCursor } from './name-cursor.ts';
import { check, nativeError } from './native-error.ts';
import { S_IFMT, S_IFREG } from './entry-stat.ts';
import { renameIntoPlace } from './rename-into-place.ts';
import { close, O, openat, statxField as field, unlinkat } from './sys.ts';
import { onceAddress } from './temp-names.ts';
import { copyXattrs } from './xattrs.ts';

/** Two open directories, one on each side, and what is needed to write in them. */
export interface OpenPair {
  readonly directory: RawPath;
  readonly sourceFd: number;
  readonly destinationFd: number;
  readonly digest: DigestName;
  readonly context: ThreadContext;
  readonly adoptSame?: boolean;
  /** New files get attributes from the directory they are in. */
  readonly inherits?: boolean;
}

export type Copied =
  | { readonly outcome: 'copied'; readonly stat: FileStat; readonly digest?: Digest }
  | { readonly outcome: 'drifted' };

const ATTEMPTS = 3;

/**
 * Copies the current name of `names`; what the source was is in `before`. The digest; undefined when
 * the source changes too fast. Throws what stands in the way: VANISHED when the source is gone.
 */
export function copyFile(pair: OpenPair, names: NameCursor): Digest | undefined {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const digest = attemptCopy(pair, names);
    if (digest !== undefined) return digest;
  }
  return undefined;
}

export const OPEN_SOURCE = O.RDONLY | O.NOFOLLOW | O.NONBLOCK | O.CLOEXEC;
const CREATE = O.WRONLY | O.CREAT | O.EXCL | O.NOFOLLOW | O.CLOEXEC;

/** undefined when the source changed under it. */
function attemptCopy(pair: OpenPair, names: NameCursor): Digest | undefined {
  const from = check(openat(pair.sourceFd, names.address, OPEN_SOURCE, 0), 'open', 'source', names);
  try {
    statOpen(from, before, 'source', names);
    if ((field.mode(before) & S_IFMT) !== S_IFREG) return undefined;
    const temporary = onceAddress();
    const digest = fillTemporary(pair, from, temporary, names);
    if (digest === undefined) return discard(pair, temporary);
    statOpen(from, after, 'source', names);
    if (!sameMoment(before, after)) return discard(pair, temporary);
    renameIntoPlace(pair.destinationFd, temporary, names.address, names);
    return digest;
  } finally {
    close(from);
  }
}

/** The digest; undefined when the source was shorter than it said. Leaves no temporary file when it throws. */
function fillTemporary(
  pair: OpenPair,
  from: number,
  temporary: number,
  where: NameCursor,
): Digest | undefined {
  const to = openat(pair.destinationFd, temporary, CREATE, 0o600);
  if (to < 0) throw nativeError('create', 'destination', where);
  try {
    const size = field.size(before);
    const transfer = { from, to, where, digest: pair.digest, context: pair.context };
    const hasHoles = field.blocks(before) * 512 < size;
    const digest = hasHoles ? copySparse(transfer, size) : copyDense(transfer, size);
    if (digest !== undefined) {
      copyXattrs(from, to, where, pair.inherits);
      setMetadata(to, before, where);
    }
    return digest;
  } catch (error) {
    discard(pair, temporary);
    throw error;
  } finally {
    close(to);
  }
}

function discard(pair: OpenPair, temporary: number): undefined {
  unlinkat(pair.destinationFd, temporary, 0);
  return undefined;
}
