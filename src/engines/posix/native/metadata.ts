/** Applies owner, attributes, mode and times to an open file or to a name. */
import type { RawPath } from '../../../paths.ts';
import { check, type Where } from './errno.ts';
import { nameAddress } from './names.ts';
import { allocate, AT, fchmod, fchown, fchownat, futimens, utimensat, type Block } from './libc.ts';
import { statxField as field, WORD } from './statx.ts';
import type { XattrCopier } from './xattrs.ts';

const times = allocate(64); // struct timespec[2]

/** Returns the address of access and modification time as utimensat(2) takes them. */
function timesAddress(stat: Block): number {
  // By words, because a BigInt is an allocation.
  const { u32 } = times;
  u32[0] = stat.u32[WORD.atimeSeconds]!;
  u32[1] = stat.u32[WORD.atimeSeconds + 1]!;
  u32[2] = stat.u32[WORD.atimeNanoseconds]!;
  u32[3] = 0;
  u32[4] = stat.u32[WORD.mtimeSeconds]!;
  u32[5] = stat.u32[WORD.mtimeSeconds + 1]!;
  u32[6] = stat.u32[WORD.mtimeNanoseconds]!;
  u32[7] = 0;
  return times.address;
}

/** An open source file with its struct statx. */
export interface MetadataSource {
  readonly fd: number;
  readonly stat: Block;
}

/** Metadata that the destination file already has, so that it need not be applied. */
export interface InitialMetadata {
  /** -1 if unknown, as also in `gid` and `mode`. */
  uid: number;
  gid: number;
  /** Permission bits. */
  mode: number;
  /** True if the file may have attributes that the source lacks. */
  readonly mayHaveXattrs: boolean;
}

const UNKNOWN: InitialMetadata = { uid: -1, gid: -1, mode: -1, mayHaveXattrs: true };

/**
 * Applies the source's metadata to the open file `to`. The order matters: chown clears the setuid and
 * setgid bits and security.capability, and an ACL changes the mode.
 */
export function copyMetadata(
  { fd, stat }: MetadataSource,
  to: number,
  where: Where,
  xattrs: XattrCopier,
  initial: Readonly<InitialMetadata> = UNKNOWN,
): void {
  const uid = field.uid(stat);
  const gid = field.gid(stat);
  const mode = field.mode(stat) & 0o7777;
  if (uid !== initial.uid || gid !== initial.gid)
    check(fchown(to, uid, gid), 'set the owner of', 'destination', where);
  xattrs.copy(fd, to, where, initial.mayHaveXattrs);
  if (mode !== initial.mode) check(fchmod(to, mode), 'set the mode of', 'destination', where);
  setTimes(to, stat, where);
}

/** Sets access and modification time of an open file to those in `stat`. */
export function setTimes(fd: number, stat: Block, where: Where): void {
  check(futimens(fd, timesAddress(stat)), 'set the times of', 'destination', where);
}

/** Applies owner and times to a name, which may be a symlink. Symlinks have no mode of their own. */
export function setOwnerAndTimes(
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
    utimensat(directoryFd, address, timesAddress(stat), AT.SYMLINK_NOFOLLOW),
    'set the times of',
    'destination',
    path,
  );
}
