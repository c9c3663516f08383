/** What a scan takes, leaves out and does not descend into: one function for roots and names. */
import type { EntryStatus } from '../../../model/entry.ts';
import type { ExcludeRules } from '../tree/excludes.ts';
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../native/statx.ts';

/** Plain data: it goes to the threads, and into the shard, so that a resumed scan knows it is the same. */
export interface ScanRules {
  readonly excludes: ExcludeRules;
  readonly specialFiles: 'except' | 'copy';
  /** 'major:minor' of the tree's root: another device is a mount point, which is not crossed. */
  readonly device: string;
}

/** A directory is descended into if, and only if, its status is 'seen'. */
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
