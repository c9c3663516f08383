/** Rules of a scan: which entries it includes, and which directories it descends into. */
import type { EntryStatus } from '../../../model/entry.ts';
import type { ExcludeRules } from '../tree/excludes.ts';
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../native/statx.ts';

/** Plain data for threads and for the shard, where they prove that a resumed scan has the same rules. */
export interface ScanRules {
  readonly excludes: ExcludeRules;
  readonly specialFiles: 'except' | 'copy';
  /** 'major:minor' of the tree's root. Another device is a mount point, which is not crossed. */
  readonly device: string;
}

/** Returns the status of an entry. A scan descends into a directory if and only if it is 'seen'. */
export function statusOf(
  mode: number,
  isExcluded: boolean,
  isMountPoint: boolean,
  rules: Pick<ScanRules, 'specialFiles'>,
): EntryStatus {
  if (isExcluded) return 'excluded';
  if (isMountPoint) return 'excepted';
  const type = mode & S_IFMT;
  const ordinary = type === S_IFREG || type === S_IFDIR || type === S_IFLNK;
  return ordinary || rules.specialFiles === 'copy' ? 'seen' : 'excepted';
}
