/** The source entry that is being copied, with its struct statx. Reused for each entry of a thread. */
import { check, type Where } from '../native/errno.ts';
import { isUnchanged, statAt, statName, statOpen } from '../native/file-stat.ts';
import { close, O, openat } from '../native/libc.ts';
import { newStatBuffer, S_IFMT, S_IFREG, statxField as field } from '../native/statx.ts';
import type { RawPath } from '../../../paths.ts';

/** Never follows a symlink, and does not block on a FIFO. */
export const OPEN_SOURCE = O.RDONLY | O.NOFOLLOW | O.NONBLOCK | O.CLOEXEC;

export class SourceEntry {
  /** The entry as it was when it was opened or looked up. */
  readonly stat = newStatBuffer();
  /** -1 unless the entry is open. */
  fd = -1;
  private readonly laterStat = newStatBuffer();

  /** Opens and stats a name in an open directory. Close it afterwards, also if this throws. */
  open(directoryFd: number, nameAddress: number, where: Where): void {
    this.adopt(
      check(openat(directoryFd, nameAddress, OPEN_SOURCE, 0), 'open', 'source', where),
      where,
    );
  }

  /** Takes over an open descriptor and stats it. */
  adopt(fd: number, where: Where): void {
    this.fd = fd;
    statOpen(fd, this.stat, 'source', where);
  }

  /** Stats a name without opening it. */
  lookUp(directoryFd: number, name: RawPath, path: RawPath): void {
    check(statName(directoryFd, name, this.stat), 'stat', 'source', path);
  }

  /** Like `lookUp`, for a name that is already in native memory. */
  lookUpAt(directoryFd: number, nameAddress: number, where: Where): void {
    check(statAt(directoryFd, nameAddress, this.stat), 'stat', 'source', where);
  }

  get isRegular(): boolean {
    return (field.mode(this.stat) & S_IFMT) === S_IFREG;
  }

  get size(): number {
    return field.size(this.stat);
  }

  get hasHoles(): boolean {
    return field.blocks(this.stat) * 512 < this.size;
  }

  /** Stats the open file again; returns true if it has changed since it was opened. */
  hasChanged(where: Where): boolean {
    statOpen(this.fd, this.laterStat, 'source', where);
    return !isUnchanged(this.stat, this.laterStat);
  }

  close(): void {
    if (this.fd >= 0) close(this.fd);
    this.fd = -1;
  }
}
