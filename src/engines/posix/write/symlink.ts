/** Copies a symlink unresolved: the bytes of its target, its attributes, owner and times. */
import { LonghaulError } from '../../../errors/failure.ts';
import { joinRaw, printable, type RawPath } from '../../../paths.ts';
import { check, nativeError, type Side } from '../native/errno.ts';
import { fileStat } from '../native/file-stat.ts';
import { allocate, errnoName, readlinkat, symlinkat, unlinkat } from '../native/libc.ts';
import { setOwnerAndTimes } from '../native/metadata.ts';
import { nameAddress, temporaryAddress } from '../native/names.ts';
import { digestOf } from '../round/digest.ts';
import type { CopyOutcome, OpenPair } from './file.ts';
import { onceName } from './own-names.ts';
import { renameIntoPlace } from './rename-into-place.ts';

const TARGET_BYTES = 8192;
const target = allocate(TARGET_BYTES);

/** Reads the target of a symlink. The bytes are valid until the next call, with a NUL after them. */
export function readTarget(directoryFd: number, name: RawPath, side: Side, path: RawPath): Buffer {
  const length = readlinkat(directoryFd, nameAddress(name), target.address, TARGET_BYTES - 1);
  if (length < 0) {
    const error = nativeError('read the link', side, path);
    // EINVAL: it is no longer a symlink.
    if (errnoName() === 'EINVAL')
      throw new LonghaulError('CHANGED_WHILE_COPYING', error.message, { path: printable(path) });
    throw error;
  }
  target.bytes[length] = 0;
  return target.bytes.subarray(0, length);
}

export function copySymlink(pair: OpenPair, name: RawPath): CopyOutcome {
  const path = joinRaw(pair.directory, name);
  const { source, sourceFd, destinationFd } = pair;
  source.lookUp(sourceFd, name, path);
  const digest = digestOf(pair.digest, readTarget(sourceFd, name, 'source', path));
  const temporary = onceName();
  check(
    symlinkat(target.address, destinationFd, temporaryAddress(temporary)),
    'create',
    'destination',
    path,
  );
  try {
    const from = { directoryFd: sourceFd, name };
    pair.xattrs.copyLink(from, { directoryFd: destinationFd, name: temporary }, path);
    setOwnerAndTimes(destinationFd, temporary, source.stat, path);
  } catch (error) {
    unlinkat(destinationFd, temporaryAddress(temporary), 0);
    throw error;
  }
  renameIntoPlace(destinationFd, temporaryAddress(temporary), nameAddress(name), path);
  const stat = fileStat(source.stat);
  return digest === '' ? { outcome: 'copied', stat } : { outcome: 'copied', stat, digest };
}
