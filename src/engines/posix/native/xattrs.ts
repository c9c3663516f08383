/**
 * Extended attributes from one open file to another; POSIX ACLs travel as system.posix_acl_*.
 * Whether the source has any is asked once a file system, not once a file.
 */
import type { RawPath } from '../../../paths.ts';
import { check, nativeError, type Side, type Where } from './errno.ts';
import { nameAddress } from './names.ts';
import {
  allocate,
  errnoName,
  fgetxattr,
  flistxattr,
  fremovexattr,
  fsetxattr,
  lgetxattr,
  llistxattr,
  lsetxattr,
  type Block,
} from './libc.ts';

const LIST_BYTES = 64 * 1024; // XATTR_LIST_MAX
const VALUE_BYTES = 64 * 1024; // XATTR_SIZE_MAX
const names = allocate(LIST_BYTES);
const value = allocate(VALUE_BYTES);
const sourceName = allocate(512);
const targetName = allocate(512);
/** Kept by the kernel for itself; copying them means nothing or is refused. */
const NOT_COPIED = /^(security\.selinux|security\.evm|security\.ima|system\.nfs4_acl|system\.cifs)/;

const NONE: readonly string[] = [];
let sourceHasNone = false;

/** Gives `to` the attributes of `from`; `exactly` also takes away what `from` has not. */
export function copyXattrs(from: number, to: number, where: Where, exactly: boolean): void {
  if (sourceHasNone) return;
  const wanted = list(from, where, 'source');
  if (exactly) {
    for (const name of list(to, where, 'destination')) {
      if (!wanted.includes(name))
        check(fremovexattr(to, nameAddress(name)), 'remove an attribute of', 'destination', where);
    }
  }
  for (const name of wanted) copyOne(from, to, name, where);
}

/** Whether files that are made in an open directory are given an ACL that their source may not have. */
export function givesAcl(directoryFd: number): boolean {
  return fgetxattr(directoryFd, nameAddress('system.posix_acl_default'), value.address, 0) > 0;
}

export interface NameIn {
  readonly directoryFd: number;
  readonly name: RawPath;
}

/** The same of symlinks, which cannot be opened: only root has attributes of theirs to see. */
export function copyLinkXattrs(from: NameIn, to: NameIn, path: RawPath): void {
  if (sourceHasNone) return;
  const source = procAddress(sourceName, from);
  const length = llistxattr(source, names.address, LIST_BYTES);
  if (length < 0 && !isUnsupported(errnoName()))
    throw nativeError('list the attributes of', 'source', path);
  for (const name of namesOf(length)) {
    const size = lgetxattr(source, nameAddress(name), value.address, VALUE_BYTES);
    if (size < 0) throw nativeError(`read the attribute ${name} of`, 'source', path);
    check(
      lsetxattr(procAddress(targetName, to), nameAddress(name), value.address, size, 0),
      `set the attribute ${name} of`,
      'destination',
      path,
    );
  }
}

/** There are no such calls relative to a directory. */
function procAddress({ bytes, address }: Block, { directoryFd, name }: NameIn): number {
  bytes[bytes.write(`/proc/self/fd/${directoryFd}/${name}`, 'latin1')] = 0;
  return address;
}

function list(fd: number, where: Where, side: Side): readonly string[] {
  const length = flistxattr(fd, names.address, LIST_BYTES);
  if (length < 0) {
    if (isUnsupported(errnoName())) {
      if (side === 'source') sourceHasNone = true;
      return NONE;
    }
    throw nativeError('list the attributes of', side, where);
  }
  return namesOf(length);
}

/** What is listed in `names`. */
function namesOf(length: number): readonly string[] {
  if (length <= 0) return NONE;
  return names.bytes
    .toString('latin1', 0, length - 1)
    .split('\0')
    .filter((name) => !NOT_COPIED.test(name));
}

function copyOne(from: number, to: number, name: string, where: Where): void {
  const size = fgetxattr(from, nameAddress(name), value.address, VALUE_BYTES);
  if (size < 0) {
    if (errnoName() === 'ENODATA') return; // taken away since it was listed
    throw nativeError(`read the attribute ${name} of`, 'source', where);
  }
  check(
    fsetxattr(to, nameAddress(name), value.address, size, 0),
    `set the attribute ${name} of`,
    'destination',
    where,
  );
}

const isUnsupported = (errno: string): boolean =>
  errno === 'EOPNOTSUPP' || errno === 'ENOTSUP' || errno === 'ENOSYS';

/** All attributes as text, to compare two files by. */
export function xattrFingerprint(
  fd: number,
  path: RawPath,
  side: 'source' | 'destination',
): string {
  return [...list(fd, path, side)]
    .sort()
    .map((name) => {
      const size = fgetxattr(fd, nameAddress(name), value.address, VALUE_BYTES);
      return `${name}=${size < 0 ? '' : value.bytes.toString('latin1', 0, size)}`;
    })
    .join('\n');
}
