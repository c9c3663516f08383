/**
 * A file while it is made, until all of it is there and it takes its name: without any where the file
 * system can (O_TMPFILE of open(2); NFS and most of FUSE cannot), under a temporary one in its directory
 * elsewhere. One at a time; what is not put into place leaves nothing behind.
 */
import { after, statOpen } from '../native/file-stat.ts';
import type { Born } from '../native/metadata.ts';
import type { NameCursor } from '../native/name-cursor.ts';
import { check } from '../native/errno.ts';
import { dotAddress, emptyAddress } from '../native/names.ts';
import { renameIntoPlace } from './rename-into-place.ts';
import {
  AT,
  close,
  errnoName,
  linkat,
  O,
  openat,
  statxField as field,
  unlinkat,
} from '../native/libc.ts';
import { onceAddress } from './own-names.ts';

const NAMELESS = O.WRONLY | O.TMPFILE | O.CLOEXEC;
const NAMED = O.WRONLY | O.CREAT | O.EXCL | O.NOFOLLOW | O.CLOEXEC;
const PERMISSIONS = 0o777;

/**
 * Whether a file without a name can be given one; undefined until this thread has tried. Before Linux 6.10
 * that takes CAP_DAC_READ_SEARCH (linkat(2), AT_EMPTY_PATH).
 */
let canGiveNames: boolean | undefined;

export class NewFile {
  fd = -1;
  /** What the file has since it was made. */
  readonly born: Born = { uid: -1, gid: -1, mode: -1 };
  private readonly directoryFd: number;
  private readonly inherits: boolean;
  private nameless = canGiveNames !== false;
  /** Address of the name that goes when the file is dropped; 0 for none. */
  private name = 0;
  /** The permissions that the umask lets through; undefined until a file was made. */
  private permitted: number | undefined;

  /** `inherits`: files made there get an ACL, so that what they are born with says nothing of the next. */
  constructor(directoryFd: number, inherits: boolean) {
    this.directoryFd = directoryFd;
    this.inherits = inherits;
  }

  /** Where nobody else can see it, it has its permissions from the start. */
  create(names: NameCursor, mode: number): void {
    if (!this.createNameless(mode)) this.createNamed(names);
    if (this.permitted === undefined && !this.inherits) this.learn(names);
  }

  private createNameless(mode: number): boolean {
    if (!this.nameless) return false;
    const { permitted } = this;
    // The first tells what becomes of all of them.
    const asked = permitted === undefined ? PERMISSIONS : mode & PERMISSIONS;
    this.fd = openat(this.directoryFd, dotAddress, NAMELESS, asked);
    this.nameless = this.fd >= 0;
    this.born.mode = permitted === undefined ? -1 : asked & permitted;
    return this.nameless;
  }

  private createNamed(names: NameCursor): void {
    const temporary = onceAddress();
    this.fd = check(
      openat(this.directoryFd, temporary, NAMED, 0o600),
      'create',
      'destination',
      names,
    );
    this.name = temporary;
    this.born.mode = -1;
  }

  private learn(names: NameCursor): void {
    statOpen(this.fd, after, 'destination', names);
    this.permitted = field.mode(after) & PERMISSIONS;
    this.born.uid = field.uid(after);
    this.born.gid = field.gid(after);
  }

  /**
   * Under the current name, in place of what is there. NFS and FUSE may tell of a write that failed only
   * when the file is closed (close(2), "Dealing with error returns"): what cannot be closed is dropped.
   * False when the file cannot be given a name: it has to be made again, the next time under one.
   */
  place(names: NameCursor): boolean {
    if (this.name === 0 && !this.giveName(names)) return false;
    const { fd, name } = this;
    this.fd = -1;
    check(close(fd), 'write', 'destination', names);
    this.name = 0;
    if (name !== names.address) renameIntoPlace(this.directoryFd, name, names.address, names);
    return true;
  }

  /** Where one is replaced the next will be too, and with a name from the start that takes fewer calls. */
  private giveName(names: NameCursor): boolean {
    if (this.link(names.address)) return true;
    this.nameless = false;
    if (errnoName() === 'EEXIST' && this.link(onceAddress())) return true;
    canGiveNames ??= false;
    return false;
  }

  private link(name: number): boolean {
    if (linkat(this.fd, emptyAddress, this.directoryFd, name, AT.EMPTY_PATH) < 0) return false;
    this.name = name;
    return (canGiveNames = true);
  }

  /** What was not put into place is gone. */
  drop(): void {
    if (this.fd >= 0) close(this.fd);
    if (this.name !== 0) unlinkat(this.directoryFd, this.name, 0);
    this.fd = -1;
    this.name = 0;
  }
}
