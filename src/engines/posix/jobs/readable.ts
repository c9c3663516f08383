/**
 * Finds unreadable files without opening every file: only where the mode denies reading. Root may read
 * everything unless the server maps it to nobody (root_squash): one private file per directory shows it.
 */
import { type Code } from '../../../errors/codes.ts';
import { codeOfErrno } from '../../../errors/errno.ts';
import { rawToBytes, type RawPath } from '../../../paths.ts';
import { close, errnoName, O, openBeneath, type Block } from '../native/libc.ts';
import { statxField as field } from '../native/statx.ts';

const OWNER_READS = 0o400;
const GROUP_READS = 0o040;
const OTHERS_READ = 0o004;

/** User and groups that read the tree. */
export interface Reader {
  readonly uid: number;
  readonly gids: ReadonlySet<number>;
}

/** Returns user and groups of this process. */
export const currentReader = (): Reader => ({
  uid: process.geteuid?.() ?? 0,
  gids: new Set([process.getegid?.() ?? 0, ...(process.getgroups?.() ?? [])]),
});

/** Selects the files of one directory that have to be opened to know whether they are readable. */
export class ReadProbe {
  private readonly reader: Reader;
  private hasSelected = false;

  constructor(reader: Reader) {
    this.reader = reader;
  }

  /** Returns true if the mode denies reading; an ACL may still allow it. */
  isNeeded(stat: Block): boolean {
    const mode = field.mode(stat);
    if (this.reader.uid !== 0) return (mode & this.readBit(stat)) === 0;
    if (this.hasSelected || (mode & OTHERS_READ) !== 0) return false;
    this.hasSelected = true;
    return true;
  }

  private readBit(stat: Block): number {
    if (field.uid(stat) === this.reader.uid) return OWNER_READS;
    return this.reader.gids.has(field.gid(stat)) ? GROUP_READS : OTHERS_READ;
  }
}

/** Opens a file for reading and returns why that is denied; undefined if it opens, or is gone. */
export function readDenial(rootFd: number, path: RawPath): Code | undefined {
  const fd = openBeneath(rootFd, rawToBytes(path), O.RDONLY | O.NONBLOCK);
  if (fd >= 0) {
    close(fd);
    return undefined;
  }
  const code = codeOfErrno(errnoName());
  return code === 'PERMISSION_DENIED' ? code : undefined;
}
