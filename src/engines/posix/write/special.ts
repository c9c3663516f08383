/** FIFOs, sockets and devices, where the spec wants them: a node of the same kind and number. */
import { joinRaw, type RawPath } from '../../../paths.ts';
import type { Copied, OpenPair } from './file.ts';
import { S_IFMT } from '../native/statx.ts';
import { before, fileStat, statName } from '../native/file-stat.ts';
import { check } from '../native/errno.ts';
import { nameAddress, temporaryAddress } from '../native/names.ts';
import { renameIntoPlace } from './rename-into-place.ts';
import { fchmodat, mknodat, statxField as field, unlinkat } from '../native/libc.ts';
import { setLinkMetadata } from '../native/metadata.ts';
import { onceName } from './own-names.ts';

export function copySpecial(pair: OpenPair, name: RawPath): Copied {
  const path = joinRaw(pair.directory, name);
  check(statName(pair.sourceFd, name, before), 'stat', 'source', path);
  const temporary = onceName();
  const number = deviceNumber(field.rdevMajor(before), field.rdevMinor(before));
  check(
    mknodat(
      pair.destinationFd,
      temporaryAddress(temporary),
      (field.mode(before) & S_IFMT) | 0o600,
      number,
    ),
    'create',
    'destination',
    path,
  );
  try {
    setLinkMetadata(pair.destinationFd, temporary, before, path);
    check(
      fchmodat(pair.destinationFd, temporaryAddress(temporary), field.mode(before) & 0o7777, 0),
      'set the mode of',
      'destination',
      path,
    );
  } catch (error) {
    unlinkat(pair.destinationFd, temporaryAddress(temporary), 0);
    throw error;
  }
  renameIntoPlace(pair.destinationFd, temporaryAddress(temporary), nameAddress(name), path);
  return { outcome: 'copied', stat: fileStat(before) };
}

/** gnu_dev_makedev of glibc; below 2^53 for every real device. */
function deviceNumber(major: number, minor: number): number {
  const low = ((major & 0xfff) << 8) | (minor & 0xff);
  return low + Math.floor(minor / 256) * 2 ** 20 + Math.floor(major / 4096) * 2 ** 44;
}
