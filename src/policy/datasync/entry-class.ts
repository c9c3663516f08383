/** Classifies what a report says about single entries. */

export type EntryClass = 'vanished' | 'drift' | 'locked' | 'unreadable' | 'corruption' | 'other';

/** A file at the source as a report lists it. The mtime is the file server's. */
export interface SourceMoment {
  readonly sizeBytes?: number;
  readonly mtimeSeconds?: number;
  readonly mtimeNanoseconds?: number;
}

/** Returns true when the source differs between copy and verification; undefined when a report has no time. */
export function hasChanged(
  copied: SourceMoment | undefined,
  found: SourceMoment | undefined,
): boolean | undefined {
  if (copied?.mtimeSeconds === undefined || found?.mtimeSeconds === undefined) return undefined;
  const sizes = [copied.sizeBytes, found.sizeBytes].filter((size) => size !== undefined);
  return (
    copied.mtimeSeconds !== found.mtimeSeconds ||
    (copied.mtimeNanoseconds ?? 0) !== (found.mtimeNanoseconds ?? 0) ||
    new Set(sizes).size > 1
  );
}

/** Matches the text with which a report explains a skipped, failed or mismatched entry. */
export function entryClass(reason: string): EntryClass {
  if (/No such file|Stale file handle|Files were removed/i.test(reason)) return 'vanished';
  if (/temporarily unavailable|locked|resource busy|Text file busy/i.test(reason)) return 'locked';
  if (/Permission denied|Operation not permitted|access denied/i.test(reason)) return 'unreadable';
  if (/Checksum failure|Metadata failure|mismatch/i.test(reason)) return 'corruption';
  if (/changed|modified|Files were added/i.test(reason)) return 'drift';
  return 'other';
}
