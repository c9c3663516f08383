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
 * utimensat, statx, close, renameat, close = 13.
 */
import { joinRaw, type RawPath } from '../../paths.ts';
import { copyDense, copySparse } from './copy-bytes.ts';
import type { Digest, DigestName } from './digest.ts';
import { after, before, fileStat, sameMoment, statOpen, type FileStat } from './file-stat.ts';
import type { ThreadContext } from './messages.ts';
import { setMetadata } from './metadata.ts';
import { check, nativeError } from './native-error.ts';
import { nameAddress, temporaryAddress } from './native-names.ts';
import { S_IFMT, S_IFREG } from './entry-stat.ts';
import { renameIntoPlace } from './rename-into-place.ts';
import { close, O, openat, statxField as field, unlinkat } from './sys.ts';
import { onceName } from './temp-names.ts';
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
  | {
      readonly outcome: 'copied';
      readonly stat: FileStat;
      readonly digest?: Digest;
      readonly adopted?: boolean;
    }
  | { readonly outcome: 'drifted' };

const ATTEMPTS = 3;

/** Throws what stands in the way: VANISHED when the source is gone. */
export function copyFile(pair: OpenPair, name: RawPath): Copied {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const copied = attemptCopy(pair, name);
    if (copied) return copied;
  }
  return { outcome: 'drifted' };
}

export const OPEN_SOURCE = O.RDONLY | O.NOFOLLOW | O.NONBLOCK | O.CLOEXEC;

/** undefined when the source changed under it. */
function attemptCopy(pair: OpenPair, name: RawPath): Copied | undefined {
  const path = joinRaw(pair.directory, name);
  const from = check(
    openat(pair.sourceFd, nameAddress(name), OPEN_SOURCE, 0),
    'open',
    'source',
    path,
  );
  try {
    statOpen(from, before, 'source', path);
    if ((field.mode(before) & S_IFMT) !== S_IFREG) return undefined;
    const temporary = onceName();
    const digest = fillTemporary(pair, { from, temporary, path });
    if (!digest) return discard(pair, temporary);
    statOpen(from, after, 'source', path);
    if (!sameMoment(before, after)) return discard(pair, temporary);
    renameIntoPlace(pair.destinationFd, temporary, name, path);
    return { outcome: 'copied', stat: fileStat(before), digest };
  } finally {
    close(from);
  }
}

interface Filling {
  readonly from: number;
  readonly temporary: RawPath;
  readonly path: RawPath;
}

/** The digest; undefined when the source was shorter than it said. Leaves no temporary file when it throws. */
function fillTemporary(pair: OpenPair, { from, temporary, path }: Filling): Digest | undefined {
  const flags = O.WRONLY | O.CREAT | O.EXCL | O.NOFOLLOW | O.CLOEXEC;
  const to = openat(pair.destinationFd, temporaryAddress(temporary), flags, 0o600);
  if (to < 0) throw nativeError('create', 'destination', path);
  try {
    const size = field.size(before);
    const transfer = { from, to, path, digest: pair.digest, context: pair.context };
    const hasHoles = field.blocks(before) * 512 < size;
    const digest = hasHoles ? copySparse(transfer, size) : copyDense(transfer, size);
    if (digest) {
      copyXattrs(from, to, path, pair.inherits);
      setMetadata(to, before, path);
    }
    return digest;
  } catch (error) {
    discard(pair, temporary);
    throw error;
  } finally {
    close(to);
  }
}

function discard(pair: OpenPair, temporary: RawPath): undefined {
  unlinkat(pair.destinationFd, temporaryAddress(temporary), 0);
  return undefined;
}
