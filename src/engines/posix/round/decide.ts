/** What a round has to do with an entry: pure, from what the scan saw and what the catalog knows. */
import type { Entry } from '../../../model/entry.ts';
import { isWithin, type RawPath } from '../../../paths.ts';
import { S_IFDIR, S_IFMT } from '../native/statx.ts';

/** One nibble in the worklist; the order is frozen. */
export const WORK_REASONS = [
  'new', // not known, or known but never brought over
  'changed', // its content may have changed
  'metadata', // its content is the same; owner, mode, times or attributes are not, or may not be
  'retry', // the same as last time, when it could not be finished
  'gone', // known, and no longer at the source
] as const;
export type WorkReason = (typeof WORK_REASONS)[number];

/**
 * `found` is what the scan saw, `known` what the catalog has under that name; both exist at the
 * source. Undefined: nothing to do.
 */
export function compareEntries(
  found: Entry,
  known: Entry | undefined,
): Exclude<WorkReason, 'gone'> | undefined {
  if (known === undefined || isAbsent(known)) return 'new';
  if (contentDiffers(found, known)) return 'changed';
  if (known.status !== 'verified') return 'retry';
  return metadataDiffers(found, known) ? 'metadata' : undefined;
}

/** Whether a catalog entry has nothing at the destination. */
export function isAbsent({ status }: Entry): boolean {
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
  if (type === S_IFDIR) return false; // a directory's content is its entries
  return (
    found.sizeBytes !== known.sizeBytes ||
    found.mtimeSeconds !== known.mtimeSeconds ||
    found.mtimeNanoseconds !== known.mtimeNanoseconds ||
    // Another file under the name. FUSE gives new inode numbers at each mount, so the number alone
    // says nothing; a rename also moves ctime.
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
    ctimeDiffers(found, known) // extended attributes leave no other trace
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
  if (exceptions.has(path)) return true;
  for (const exception of exceptions) if (isWithin(path, exception)) return true;
  return false;
}
