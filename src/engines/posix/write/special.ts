/** Copies a FIFO, socket or device as a node of the same type and device number. */
import { joinRaw, type RawPath } from '../../../paths.ts';
import { check } from '../native/errno.ts';
import { fileStat } from '../native/file-stat.ts';
import { fchmodat, mknodat, unlinkat } from '../native/libc.ts';
import { setOwnerAndTimes } from '../native/metadata.ts';
import { nameAddress, temporaryAddress } from '../native/names.ts';
import { S_IFMT, statxField as field } from '../native/statx.ts';
import type { CopyOutcome, OpenPair } from './file.ts';
import { onceName } from './own-names.ts';
import { renameIntoPlace } from './rename-into-place.ts';

export function copySpecial(pair: OpenPair, name: RawPath): CopyOutcome {
  const path = joinRaw(pair.directory, name);
  const { source, destinationFd } = pair;
  source.lookUp(pair.sourceFd, name, path);
  const mode = field.mode(source.stat);
  const temporary = onceName();
  const device = deviceNumber(field.rdevMajor(source.stat), field.rdevMinor(source.stat));
  check(
    mknodat(destinationFd, temporaryAddress(temporary), (mode & S_IFMT) | 0o600, device),
    'create',
    'destination',
    path,
  );
  try {
    setOwnerAndTimes(destinationFd, temporary, source.stat, path);
    check(
      fchmodat(destinationFd, temporaryAddress(temporary), mode & 0o7777, 0),
      'set the mode of',
      'destination',
      path,
    );
  } catch (error) {
    unlinkat(destinationFd, temporaryAddress(temporary), 0);
    throw error;
  }
  renameIntoPlace(destinationFd, temporaryAddress(temporary), nameAddress(name), path);
  return { outcome: 'copied', stat: fileStat(source.stat) };
}

/** Encodes a device number as gnu_dev_makedev of glibc does; below 2^53 for every real device. */
function deviceNumber(major: number, minor: number): number {
  const low = ((major & 0xfff) << 8) | (minor & 0xff);
  return low + Math.floor(minor / 256) * 2 ** 20 + Math.floor(major / 4096) * 2 ** 44;
}
