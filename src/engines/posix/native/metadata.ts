/** Owner, attributes, mode and times onto an open file or a name. */
import type { RawPath } from '../../../paths.ts';
import { before } from './file-stat.ts';
import { check, type Where } from './errno.ts';
import { nameAddress } from './names.ts';
import {
  allocate,
  AT,
  fchmod,
  fchown,
  fchownat,
  futimens,
  statxField as field,
  utimensat,
  type Block,
} from './libc.ts';
import { copyXattrs } from './xattrs.ts';

const times = allocate(64); // struct timespec[2]

function putTimes(stat: Block): number {
  // By words, because a BigInt is an allocation.
  const { u32 } = times;
  u32[0] = stat.u32[16]!; // atime seconds, 64 bits
  u32[1] = stat.u32[17]!;
  u32[2] = field.atimeNanoseconds(stat);
  u32[3] = 0;
  u32[4] = stat.u32[28]!; // mtime seconds, 64 bits
  u32[5] = stat.u32[29]!;
  u32[6] = field.mtimeNanoseconds(stat);
  u32[7] = 0;
  return times.address;
}

/** What a new file has already and need not be given; -1 when not known. */
export interface Born {
  uid: number;
  gid: number;
  mode: number;
}

const NOT_NEW: Born = { uid: -1, gid: -1, mode: -1 };

/**
 * Gives the open file `to` what `from` has, which `before` tells; `exactly` as in copyXattrs. In this order:
 * chown clears the setuid and setgid bits and security.capability, and an ACL changes the mode.
 */
export function copyMetadata(
  from: number,
  to: number,
  where: Where,
  exactly: boolean,
  born: Readonly<Born> = NOT_NEW,
): void {
  const uid = field.uid(before);
  const gid = field.gid(before);
  const mode = field.mode(before) & 0o7777;
  if (uid !== born.uid || gid !== born.gid)
    check(fchown(to, uid, gid), 'set the owner of', 'destination', where);
  copyXattrs(from, to, where, exactly);
  if (mode !== born.mode) check(fchmod(to, mode), 'set the mode of', 'destination', where);
  setTimes(to, before, where);
}

/** Of what was changed only in passing, as they were before. */
export function setTimes(fd: number, stat: Block, where: Where): void {
  check(futimens(fd, putTimes(stat)), 'set the times of', 'destination', where);
}

/** Of a name that is a symlink: it has no mode of its own. */
export function setLinkMetadata(
  directoryFd: number,
  name: RawPath,
  stat: Block,
  path: RawPath,
): void {
  const address = nameAddress(name);
  check(
    fchownat(directoryFd, address, field.uid(stat), field.gid(stat), AT.SYMLINK_NOFOLLOW),
    'set the owner of',
    'destination',
    path,
  );
  check(
    utimensat(directoryFd, address, putTimes(stat), AT.SYMLINK_NOFOLLOW),
    'set the times of',
    'destination',
    path,
  );
}
