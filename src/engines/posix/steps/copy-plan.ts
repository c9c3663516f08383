/** Plans a copy before it begins: its size, and the entries that are copied out of order. */
import { CatalogReader } from '../../../catalog/reader.ts';
import { joinRaw, parentOf, type RawPath } from '../../../paths.ts';
import { S_IFDIR, S_IFMT, S_IFREG } from '../native/statx.ts';
import { isExcepted } from '../round/decide.ts';
import { manifestPath } from '../round/files.ts';
import { readScanFacts } from '../round/scan-summary.ts';
import { isAllNew, readWorklist } from '../round/worklist.ts';

/** The names of one file that has several, in the order of paths. */
export interface LinkGroup {
  readonly owner: RawPath;
  readonly others: RawPath[];
  /** Number of names at the source, in this chunk or outside it. */
  readonly nlink: number;
}

export interface CopyPlan {
  /** Every entry of the manifest is new: the worklist is the manifest itself. */
  readonly isAllNew: boolean;
  readonly entries: number;
  readonly bytes: number;
  /** Paths of files that are copied in parts. */
  readonly large: readonly RawPath[];
  readonly groups: readonly LinkGroup[];
  /** Further names of files: linked, not copied. */
  readonly linked: ReadonlySet<RawPath>;
  /** Directories that need their metadata set again: something is written in them, or they changed. */
  readonly directories: readonly RawPath[];
  /** Number of files with names outside the chunk: outside they become separate files. */
  readonly linksOutside: number;
}

export function planCopy(
  roundDirectory: string,
  exceptions: ReadonlySet<RawPath>,
  largeBytes: number,
): CopyPlan {
  const allNew = isAllNew(roundDirectory);
  const isPlain = allNew && exceptions.size === 0 && areAllSmall(roundDirectory, largeBytes);
  const plan = isPlain
    ? planPlain(roundDirectory)
    : planEach(roundDirectory, exceptions, largeBytes);
  return { isAllNew: allNew, ...plan };
}

/** Returns true when the scan noted that no file is copied in parts and none has several names. */
function areAllSmall(roundDirectory: string, largeBytes: number): boolean {
  const facts = readScanFacts(roundDirectory);
  return facts !== undefined && facts.linkedFiles === 0 && facts.largestBytes <= largeBytes;
}

type PlannedEntries = Omit<CopyPlan, 'isAllNew'>;

/** Plans from totals and paths alone: in a tree that is new, every directory has a block. */
function planPlain(roundDirectory: string): PlannedEntries {
  const reader = new CatalogReader(manifestPath(roundDirectory));
  try {
    const { entries, bytes } = reader.totals;
    const directories = [...reader.paths()];
    const none = { large: [], groups: [], linked: new Set<RawPath>(), linksOutside: 0 };
    return { entries, bytes, directories, ...none };
  } finally {
    reader.close();
  }
}

function planEach(
  roundDirectory: string,
  exceptions: ReadonlySet<RawPath>,
  largeBytes: number,
): PlannedEntries {
  const inodes = new Set<bigint>();
  const large: RawPath[] = [];
  const directories = new Set<RawPath>();
  const total = { entries: 0, bytes: 0 };
  for (const { path: directory, entries } of readWorklist(roundDirectory)) {
    directories.add(directory); // also when something is only gone: its time changed
    for (const entry of entries) {
      const path = joinRaw(directory, entry.name);
      if (isExcepted(path, exceptions)) continue;
      const kind = entry.mode & S_IFMT;
      total.entries++;
      if (kind === S_IFDIR) directories.add(path);
      if (kind !== S_IFREG) continue;
      total.bytes += entry.sizeBytes;
      if (entry.sizeBytes > largeBytes) large.push(path);
      if (entry.nlink > 1) inodes.add(entry.inode);
    }
  }
  const groups = inodes.size === 0 ? [] : linkGroups(roundDirectory, inodes);
  for (const { others } of groups) for (const other of others) directories.add(parentOf(other));
  return {
    ...total,
    large,
    groups: groups.filter(({ others }) => others.length > 0),
    linked: new Set(groups.flatMap(({ others }) => others)),
    directories: [...directories],
    linksOutside: groups.filter(({ others, nlink }) => others.length + 1 < nlink).length,
  };
}

/** Finds all names in the chunk of the files in `inodes`. */
function linkGroups(roundDirectory: string, inodes: ReadonlySet<bigint>): readonly LinkGroup[] {
  const groups = new Map<bigint, LinkGroup>();
  const manifest = new CatalogReader(manifestPath(roundDirectory));
  try {
    for (const { path: directory, entries } of manifest.directories()) {
      for (const { name, mode, inode, nlink, status } of entries) {
        if (nlink < 2 || status !== 'seen' || (mode & S_IFMT) !== S_IFREG || !inodes.has(inode))
          continue;
        const path = joinRaw(directory, name);
        const group = groups.get(inode);
        if (group) group.others.push(path);
        else groups.set(inode, { owner: path, others: [], nlink });
      }
    }
  } finally {
    manifest.close();
  }
  return [...groups.values()];
}
