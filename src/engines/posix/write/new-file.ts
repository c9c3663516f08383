/**
 * A destination file under construction, published atomically by `commit`. It has no name where the
 * file system supports that (O_TMPFILE of open(2); NFS and most FUSE file systems do not), else a
 * temporary one in its directory. An instance makes one file at a time; a discarded file leaves nothing.
 */
import { check } from '../native/errno.ts';
import { statOpen } from '../native/file-stat.ts';
import { AT, close, errnoName, linkat, O, openat, unlinkat } from '../native/libc.ts';
import type { InitialMetadata } from '../native/metadata.ts';
import type { NameCursor } from '../native/name-cursor.ts';
import { dotAddress, emptyAddress } from '../native/names.ts';
import { newStatBuffer, statxField as field } from '../native/statx.ts';
import { onceAddress } from './own-names.ts';
import { renameIntoPlace } from './rename-into-place.ts';

const UNNAMED = O.WRONLY | O.TMPFILE | O.CLOEXEC;
const NAMED = O.WRONLY | O.CREAT | O.EXCL | O.NOFOLLOW | O.CLOEXEC;
const PERMISSIONS = 0o777;
const newStat = newStatBuffer();

/**
 * True if this thread can link an unnamed file; undefined until it has tried. Before Linux 6.10 that
 * needs CAP_DAC_READ_SEARCH (linkat(2), AT_EMPTY_PATH).
 */
let canLink: boolean | undefined;

export class NewFile {
  fd = -1;
  /** Metadata that the file got when it was created. */
  readonly initial: InitialMetadata;
  private readonly directoryFd: number;
  private isUnnamed = canLink !== false;
  /** Address of the name to remove if the file is discarded; 0 for none. */
  private name = 0;
  /** The permissions that the umask leaves; undefined until the first file was created. */
  private permitted: number | undefined;

  /** `inheritsAcl`: new files get an ACL from the directory, so their initial mode and owner vary. */
  constructor(directoryFd: number, inheritsAcl: boolean) {
    this.directoryFd = directoryFd;
    this.initial = { uid: -1, gid: -1, mode: -1, mayHaveXattrs: inheritsAcl };
  }

  /** An unnamed file gets its permissions at once, because no other process can open it. */
  create(names: NameCursor, mode: number): void {
    if (!this.createUnnamed(mode)) this.createNamed(names);
    if (this.permitted === undefined && !this.initial.mayHaveXattrs) this.learnInitial(names);
  }

  private createUnnamed(mode: number): boolean {
    if (!this.isUnnamed) return false;
    const { permitted } = this;
    // The first file shows which permissions the umask removes.
    const requested = permitted === undefined ? PERMISSIONS : mode & PERMISSIONS;
    this.fd = openat(this.directoryFd, dotAddress, UNNAMED, requested);
    this.isUnnamed = this.fd >= 0;
    this.initial.mode = permitted === undefined ? -1 : requested & permitted;
    return this.isUnnamed;
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
    this.initial.mode = -1;
  }

  private learnInitial(names: NameCursor): void {
    statOpen(this.fd, newStat, 'destination', names);
    this.permitted = field.mode(newStat) & PERMISSIONS;
    this.initial.uid = field.uid(newStat);
    this.initial.gid = field.gid(newStat);
  }

  /**
   * Publishes the file under the current name and replaces what has that name. Closes it first: NFS and
   * FUSE may report a failed write only then (close(2), "Dealing with error returns"). Returns false if
   * an unnamed file cannot be linked; the next file is then created with a name.
   */
  commit(names: NameCursor): boolean {
    if (this.name === 0 && !this.giveName(names)) return false;
    const { fd, name } = this;
    this.fd = -1;
    check(close(fd), 'write', 'destination', names);
    this.name = 0;
    if (name !== names.address) renameIntoPlace(this.directoryFd, name, names.address, names);
    return true;
  }

  /** linkat cannot replace: after the first EEXIST, use temporary names, which save a call each. */
  private giveName(names: NameCursor): boolean {
    if (this.link(names.address)) return true;
    this.isUnnamed = false;
    if (errnoName() === 'EEXIST' && this.link(onceAddress())) return true;
    canLink ??= false;
    return false;
  }

  private link(name: number): boolean {
    if (linkat(this.fd, emptyAddress, this.directoryFd, name, AT.EMPTY_PATH) < 0) return false;
    this.name = name;
    return (canLink = true);
  }

  /** Closes and removes the file unless it was committed. */
  discard(): void {
    if (this.fd >= 0) close(this.fd);
    if (this.name !== 0) unlinkat(this.directoryFd, this.name, 0);
    this.fd = -1;
    this.name = 0;
  }
}
