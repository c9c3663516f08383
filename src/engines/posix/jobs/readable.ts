/**
 * Whether a file can be read, without opening every one: only where its mode says no. Root may read
 * everything, unless the server makes it nobody (root_squash): one private file a directory tells.
 */
import { codeOfErrno } from '../../../errors/errno.ts';
import { type Code } from '../../../errors/codes.ts';
import { rawToBytes, type RawPath } from '../../../paths.ts';
import {
  close,
  errnoName,
  O,
  openBeneath,
  statxField as field,
  type Block,
} from '../native/libc.ts';

const OWNER_READS = 0o400;
const GROUP_READS = 0o040;
const OTHERS_READ = 0o004;

/** The user of this process; a parameter for tests. */
export interface Reader {
  readonly uid: number;
  readonly gids: ReadonlySet<number>;
}

const self = (): Reader => ({
  uid: process.geteuid?.() ?? 0,
  gids: new Set([process.getegid?.() ?? 0, ...(process.getgroups?.() ?? [])]),
});

/** One a directory. */
export class ReadQuestion {
  private readonly reader: Reader;
  private asked = false;

  constructor(reader: Reader = self()) {
    this.reader = reader;
  }

  /** Whether the mode leaves it open; an ACL may still say yes. */
  isDoubtful(stat: Block): boolean {
    const mode = field.mode(stat);
    if (this.reader.uid !== 0) return (mode & this.bitFor(stat)) === 0;
    if (this.asked || (mode & OTHERS_READ) !== 0) return false;
    this.asked = true;
    return true;
  }

  private bitFor(stat: Block): number {
    if (field.uid(stat) === this.reader.uid) return OWNER_READS;
    return this.reader.gids.has(field.gid(stat)) ? GROUP_READS : OTHERS_READ;
  }
}

/** Why the file cannot be opened for reading; undefined when it can, or is gone. */
export function cannotOpen(rootFd: number, path: RawPath): Code | undefined {
  const fd = openBeneath(rootFd, rawToBytes(path), O.RDONLY | O.NONBLOCK);
  if (fd >= 0) {
    close(fd);
    return undefined;
  }
  const code = codeOfErrno(errnoName());
  return code === 'PERMISSION_DENIED' ? code : undefined;
}
