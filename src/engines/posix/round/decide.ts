/** Decides what a round has to do with an entry, from the scan and the catalog. Pure. */
import type { Entry } from '../../../model/entry.ts';
import { isWithinAny, type RawPath } from '../../../paths.ts';
import { S_IFDIR, S_IFMT } from '../native/statx.ts';

/** One nibble in the worklist; the order is frozen. */
export const WORK_REASONS = [
  'new', // unknown, or known but never copied
  'changed', // its content may have changed
  'metadata', // its content is the same; owner, mode, times or attributes have or may have changed
  'retry', // unchanged, but not finished in the previous round
  'gone', // known, and no longer at the source
] as const;
export type WorkReason = (typeof WORK_REASONS)[number];

/**
 * Compares an entry that exists at the source (`found` by the scan) with the catalog (`known`). Returns
 * undefined if there is nothing to do.
 */
export function workReason(
  found: Entry,
  known: Entry | undefined,
): Exclude<WorkReason, 'gone'> | undefined {
  if (known === undefined || hasNoCopy(known)) return 'new';
  if (contentDiffers(found, known)) return 'changed';
  if (known.status !== 'verified') return 'retry';
  return metadataDiffers(found, known) ? 'metadata' : undefined;
}

/** Returns true if the destination has nothing for a catalog entry. */
export function hasNoCopy({ status }: Entry): boolean {
  return (
    status === 'excepted' ||
    status === 'excluded' ||
    status === 'vanished' ||
    status === 'unreadable' ||
    status === 'seen'
  );
}

function contentDiffers(found: Entry, known: Entry): boolean {
  const type = found.mode & S_IFMT;
  if (type !== (known.mode & S_IFMT)) return true;
  if (type === S_IFDIR) return false; // the content of a directory is its entries
  return (
    found.sizeBytes !== known.sizeBytes ||
    found.mtimeSeconds !== known.mtimeSeconds ||
    found.mtimeNanoseconds !== known.mtimeNanoseconds ||
    // Another file under the same name. FUSE assigns new inode numbers at each mount, so the inode alone
    // proves nothing; a rename also changes ctime.
    (found.inode !== known.inode && ctimeDiffers(found, known))
  );
}

function metadataDiffers(found: Entry, known: Entry): boolean {
  return (
    found.mode !== known.mode ||
    found.uid !== known.uid ||
    found.gid !== known.gid ||
    found.mtimeSeconds !== known.mtimeSeconds ||
    found.mtimeNanoseconds !== known.mtimeNanoseconds ||
    ctimeDiffers(found, known) // the only trace of changed extended attributes
  );
}

function ctimeDiffers(found: Entry, known: Entry): boolean {
  return (
    found.ctimeSeconds !== known.ctimeSeconds || found.ctimeNanoseconds !== known.ctimeNanoseconds
  );
}

/** Returns true for the path of an accepted exception and for everything below it. */
export function isExcepted(path: RawPath, exceptions: ReadonlySet<RawPath>): boolean {
  if (exceptions.size === 0) return false;
  return exceptions.has(path) || isWithinAny(path, exceptions);
}
