/**
 * What an entry needs, from how the source looks now and how it looked when it was last copied:
 *
 *   now      | known             | action   | because
 *   there    | -                 | copy     | new
 *   -        | there             | delete   | gone at the source
 *   there    | other kind        | copy     | different kind
 *   there    | other file        | copy     | another inode
 *   there    | other size        | copy     | different size
 *   there    | other mtime       | copy     | different time
 *   there    | not proven        | copy     | left open by an earlier round
 *   there    | other mode, owner | metadata | different mode / owner
 *   there    | other ctime       | metadata | changed status only
 *   there    | the same          | skip     | same
 *
 * The content of a directory is its entries, each decided by itself: a directory needs metadata at most.
 * The answers are constants, as this runs for every entry of a tree.
 */

export interface KnownEntry {
  /** st_mode with its type bits. */
  readonly mode: number;
  readonly sizeBytes: number;
  readonly mtimeSeconds: number;
  readonly mtimeNanoseconds: number;
  readonly ctimeSeconds: number;
  readonly ctimeNanoseconds: number;
  readonly inode: bigint;
  readonly uid: number;
  readonly gid: number;
  /** Catalog only: 'verified' is the one that proves the copy. */
  readonly status?: string;
}

export interface Decision {
  readonly action: 'copy' | 'metadata' | 'skip' | 'delete' | 'nothing';
  readonly because: string;
}

const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;

const NEITHER: Decision = { action: 'nothing', because: 'on neither side' };
const NEW: Decision = { action: 'copy', because: 'new' };
const GONE: Decision = { action: 'delete', because: 'gone at the source' };
const KIND: Decision = { action: 'copy', because: 'different kind' };
const INODE: Decision = { action: 'copy', because: 'another inode' };
const SIZE: Decision = { action: 'copy', because: 'different size' };
const TIME: Decision = { action: 'copy', because: 'different time' };
const OPEN: Decision = { action: 'copy', because: 'left open by an earlier round' };
const MODE: Decision = { action: 'metadata', because: 'different mode' };
const OWNER: Decision = { action: 'metadata', because: 'different owner' };
const STATUS: Decision = { action: 'metadata', because: 'changed status only' };
const SAME: Decision = { action: 'skip', because: 'same' };

export function decide(now: KnownEntry | undefined, known: KnownEntry | undefined): Decision {
  if (now === undefined) return known === undefined ? NEITHER : GONE;
  if (known === undefined) return NEW;
  if (((now.mode ^ known.mode) & S_IFMT) !== 0) return KIND;
  if ((now.mode & S_IFMT) !== S_IFDIR) {
    const content = contentDiffers(now, known);
    if (content !== undefined) return content;
  }
  return metadataDiffers(now, known) ?? SAME;
}

function contentDiffers(now: KnownEntry, known: KnownEntry): Decision | undefined {
  if (now.inode !== known.inode) return INODE;
  if (now.sizeBytes !== known.sizeBytes) return SIZE;
  if (now.mtimeSeconds !== known.mtimeSeconds || now.mtimeNanoseconds !== known.mtimeNanoseconds) {
    return TIME;
  }
  return known.status === undefined || known.status === 'verified' ? undefined : OPEN;
}

function metadataDiffers(now: KnownEntry, known: KnownEntry): Decision | undefined {
  if (now.mode !== known.mode) return MODE;
  if (now.uid !== known.uid || now.gid !== known.gid) return OWNER;
  const sameStatus =
    now.ctimeSeconds === known.ctimeSeconds && now.ctimeNanoseconds === known.ctimeNanoseconds;
  return sameStatus ? undefined : STATUS;
}
