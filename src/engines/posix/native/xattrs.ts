/** Copies extended attributes between open files; POSIX ACLs are attributes named system.posix_acl_*. */
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
const list = allocate(LIST_BYTES);
const value = allocate(VALUE_BYTES);
const sourcePath = allocate(512);
const destinationPath = allocate(512);
/** Attributes that the kernel maintains itself: copying them is meaningless or refused. */
const NOT_COPIED = /^(security\.selinux|security\.evm|security\.ima|system\.nfs4_acl|system\.cifs)/;

const NONE: readonly string[] = [];

export interface NameIn {
  readonly directoryFd: number;
  readonly name: RawPath;
}

/** Copies attributes for one job, which has one source file system. */
export class XattrCopier {
  /** Set by the first file, so that a file system without attributes is asked once per job. */
  private isUnsupported = false;

  /** Copies the attributes of `from` to `to`; `exactly` also removes those that `from` lacks. */
  copy(from: number, to: number, where: Where, exactly: boolean): void {
    if (this.isUnsupported) return;
    const length = flistxattr(from, list.address, LIST_BYTES);
    if (length < 0 && isUnsupported(errnoName())) this.isUnsupported = true;
    const wanted = namesOf(length, 'source', where);
    if (exactly) removeOthers(to, wanted, where);
    for (const name of wanted) copyOne(from, to, name, where);
  }

  /** Like `copy`, for symlinks, which cannot be opened. Only root sees attributes of symlinks. */
  copyLink(from: NameIn, to: NameIn, path: RawPath): void {
    if (this.isUnsupported) return;
    const source = procAddress(sourcePath, from);
    const names = namesOf(llistxattr(source, list.address, LIST_BYTES), 'source', path);
    for (const name of names) {
      const size = lgetxattr(source, nameAddress(name), value.address, VALUE_BYTES);
      check(size, `read the attribute ${name} of`, 'source', path);
      const target = procAddress(destinationPath, to);
      const result = lsetxattr(target, nameAddress(name), value.address, size, 0);
      check(result, `set the attribute ${name} of`, 'destination', path);
    }
  }
}

/** Returns true if files that are made in an open directory inherit an ACL from it. */
export function hasDefaultAcl(directoryFd: number): boolean {
  return fgetxattr(directoryFd, nameAddress('system.posix_acl_default'), value.address, 0) > 0;
}

/** Returns all attributes of an open file as text, for the comparison of two files. */
export function xattrFingerprint(fd: number, path: RawPath, side: Side): string {
  return [...namesOf(flistxattr(fd, list.address, LIST_BYTES), side, path)]
    .sort()
    .map((name) => {
      const size = fgetxattr(fd, nameAddress(name), value.address, VALUE_BYTES);
      return `${name}=${size < 0 ? '' : value.bytes.toString('latin1', 0, size)}`;
    })
    .join('\n');
}

/** Returns the names in `list`, of which a call has just returned the length. */
function namesOf(length: number, side: Side, where: Where): readonly string[] {
  if (length < 0 && !isUnsupported(errnoName()))
    throw nativeError('list the attributes of', side, where);
  if (length <= 0) return NONE;
  return list.bytes
    .toString('latin1', 0, length - 1)
    .split('\0')
    .filter((name) => !NOT_COPIED.test(name));
}

function removeOthers(fd: number, wanted: readonly string[], where: Where): void {
  const present = namesOf(flistxattr(fd, list.address, LIST_BYTES), 'destination', where);
  for (const name of present) {
    if (!wanted.includes(name))
      check(fremovexattr(fd, nameAddress(name)), 'remove an attribute of', 'destination', where);
  }
}

function copyOne(from: number, to: number, name: string, where: Where): void {
  const size = fgetxattr(from, nameAddress(name), value.address, VALUE_BYTES);
  if (size < 0) {
    if (errnoName() === 'ENODATA') return; // removed since it was listed
    throw nativeError(`read the attribute ${name} of`, 'source', where);
  }
  check(
    fsetxattr(to, nameAddress(name), value.address, size, 0),
    `set the attribute ${name} of`,
    'destination',
    where,
  );
}

/** Builds a path through /proc: the calls for symlinks cannot be relative to a directory. */
function procAddress({ bytes, address }: Block, { directoryFd, name }: NameIn): number {
  bytes[bytes.write(`/proc/self/fd/${directoryFd}/${name}`, 'latin1')] = 0;
  return address;
}

const isUnsupported = (errno: string): boolean =>
  errno === 'EOPNOTSUPP' || errno === 'ENOTSUP' || errno === 'ENOSYS';
