/** A symlink as it is: its target's bytes, owner and times, under a temporary name first. */
import { LonghaulError } from '../../../errors/failure.ts';
import { joinRaw, printable, type RawPath } from '../../../paths.ts';
import type { Copied, OpenPair } from './file.ts';
import { digestOf } from '../round/digest.ts';
import { before, fileStat, statName } from '../native/file-stat.ts';
import { setLinkMetadata } from '../native/metadata.ts';
import { check, nativeError } from '../native/errno.ts';
import { nameAddress, temporaryAddress } from '../native/names.ts';
import { renameIntoPlace } from './rename-into-place.ts';
import { allocate, errnoName, readlinkat, symlinkat, unlinkat } from '../native/libc.ts';
import { onceName } from './own-names.ts';
import { copyLinkXattrs } from '../native/xattrs.ts';

const TARGET_BYTES = 8192;
const target = allocate(TARGET_BYTES);

/** The target's bytes of the name in an open directory, with a NUL after them in native memory. */
export function readTarget(
  directoryFd: number,
  name: RawPath,
  side: 'source' | 'destination',
  path: RawPath,
): Buffer {
  const length = readlinkat(directoryFd, nameAddress(name), target.address, TARGET_BYTES - 1);
  if (length < 0) {
    const error = nativeError('read the link', side, path);
    // It is one no more.
    if (errnoName() === 'EINVAL')
      throw new LonghaulError('CHANGED_WHILE_COPYING', error.message, { path: printable(path) });
    throw error;
  }
  target.bytes[length] = 0;
  return target.bytes.subarray(0, length);
}

export function copySymlink(pair: OpenPair, name: RawPath): Copied {
  const path = joinRaw(pair.directory, name);
  check(statName(pair.sourceFd, name, before), 'stat', 'source', path);
  const digest = digestOf(pair.digest, readTarget(pair.sourceFd, name, 'source', path));
  const temporary = onceName();
  check(
    symlinkat(target.address, pair.destinationFd, temporaryAddress(temporary)),
    'create',
    'destination',
    path,
  );
  try {
    const from = { directoryFd: pair.sourceFd, name };
    copyLinkXattrs(from, { directoryFd: pair.destinationFd, name: temporary }, path);
    setLinkMetadata(pair.destinationFd, temporary, before, path);
  } catch (error) {
    unlinkat(pair.destinationFd, temporaryAddress(temporary), 0);
    throw error;
  }
  renameIntoPlace(pair.destinationFd, temporaryAddress(temporary), nameAddress(name), path);
  const stat = fileStat(before);
  return digest === '' ? { outcome: 'copied', stat } : { outcome: 'copied', stat, digest };
}
