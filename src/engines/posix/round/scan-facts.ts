/** Facts that a scan collects, so that the plan of a first copy need not read every entry again. */
import type { Entry } from '../../../model/entry.ts';
import { S_IFMT, S_IFREG } from '../native/statx.ts';

export interface ScanFacts {
  /** Number of entries that are not 'seen': excluded, excepted, vanished, unreadable. */
  setAside: number;
  /** Number of names of regular files with several hard links. */
  linkedFiles: number;
  /** Size of the largest regular file. */
  largestBytes: number;
}

export const noFacts = (): ScanFacts => ({ setAside: 0, linkedFiles: 0, largestBytes: 0 });

export function addEntryFacts(
  facts: ScanFacts,
  status: Entry['status'],
  { mode, nlink, sizeBytes }: Pick<Entry, 'mode' | 'nlink' | 'sizeBytes'>,
): void {
  if (status !== 'seen') facts.setAside++;
  if ((mode & S_IFMT) !== S_IFREG) return;
  if (nlink > 1) facts.linkedFiles++;
  if (sizeBytes > facts.largestBytes) facts.largestBytes = sizeBytes;
}

export function addFacts(
  into: ScanFacts,
  { setAside, linkedFiles, largestBytes }: ScanFacts,
): void {
  into.setAside += setAside;
  into.linkedFiles += linkedFiles;
  into.largestBytes = Math.max(into.largestBytes, largestBytes);
}
