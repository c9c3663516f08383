/**
 * A file while it is made: under a temporary name in its directory, until all of it is there and it
 * takes its own. One at a time; what is not put into place leaves nothing behind.
 */
import type { NameCursor } from './name-cursor.ts';
import { check } from './native-error.ts';
import { renameIntoPlace } from './rename-into-place.ts';
import { close, O, openat, unlinkat } from './sys.ts';
import { onceAddress } from './temp-names.ts';

const CREATE = O.WRONLY | O.CREAT | O.EXCL | O.NOFOLLOW | O.CLOEXEC;

export class NewFile {
  fd = -1;
  /** Address of the temporary name; 0 when there is no file under one. */
  private temporary = 0;
  private readonly directoryFd: number;

  constructor(directoryFd: number) {
    this.directoryFd = directoryFd;
  }

  create(names: NameCursor): void {
    const temporary = onceAddress();
    const fd = openat(this.directoryFd, temporary, CREATE, 0o600);
    this.fd = check(fd, 'create', 'destination', names);
    this.temporary = temporary;
  }

  /**
   * Under the current name, in place of what is there. NFS and FUSE may tell of a write that failed only
   * when the file is closed (close(2), "Dealing with error returns"), so it takes its name after that.
   */
  place(names: NameCursor): void {
    const { fd, temporary } = this;
    this.fd = -1;
    check(close(fd), 'write', 'destination', names);
    this.temporary = 0;
    renameIntoPlace(this.directoryFd, temporary, names.address, names);
  }

  /** What was not put into place is gone. */
  drop(): void {
    if (this.fd >= 0) close(this.fd);
    if (this.temporary !== 0) unlinkat(this.directoryFd, this.temporary, 0);
    this.fd = -1;
    this.temporary = 0;
  }
}
