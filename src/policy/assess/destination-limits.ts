/** Limits of destinations. Sources: limits that Linux file systems share; quotas of EFS and DataSync. */
import { formatBytes, groupDigits } from '../../units.ts';
import type { PathCount, TreeSummary } from './tree-summary.ts';
import type { RawPath } from '../../paths.ts';

export type LimitSet = 'posix' | 'efs';

interface Limits {
  readonly nameBytes: number;
  readonly pathBytes: number;
  readonly depth: number | undefined;
  readonly linkTargetBytes: number;
  readonly links: number;
  readonly fileBytes: number;
  readonly devices: boolean;
}

export const DESTINATION_LIMITS: Readonly<Record<LimitSet, Limits>> = {
  posix: {
    nameBytes: 255,
    pathBytes: 4096,
    depth: undefined,
    linkTargetBytes: 4095,
    links: 65_000, // ext4, the lowest limit in common use
    fileBytes: 16 * 2 ** 40, // ext4
    devices: true,
  },
  efs: {
    nameBytes: 255,
    pathBytes: 4096,
    depth: 1000,
    linkTargetBytes: 4080,
    links: 177,
    fileBytes: 52_673_613_135_872,
    devices: false,
  },
};

/** Above this number of entries, listings become slow. No limit is published. */
export const WIDE_DIRECTORY = 1_000_000;

export interface LimitFinding {
  readonly check: string;
  readonly verdict: 'fits' | 'warning' | 'does not fit';
  readonly found: string;
  readonly limit: string;
  readonly paths: readonly RawPath[];
  /** Path with the largest value. */
  readonly worst?: RawPath;
}

export function checkLimits(tree: TreeSummary, set: LimitSet): readonly LimitFinding[] {
  const limits = DESTINATION_LIMITS[set];
  const links = tree.hardLinks.samples.map(({ links: count, paths }) => ({
    path: paths[0] ?? '',
    count,
  }));
  const inBytes = (count: number) => `${groupDigits(count)} bytes`;
  return [
    compare('longest name', tree.longestNames, limits.nameBytes, inBytes),
    compare('longest path', tree.longestPaths, limits.pathBytes, inBytes, 'warning'),
    compare(
      'deepest directory',
      tree.deepest,
      limits.depth,
      (count) => `${groupDigits(count)} levels`,
    ),
    compare('longest link target', tree.longestLinkTargets, limits.linkTargetBytes, inBytes),
    compare('most hard links', links, limits.links, (count) => `${groupDigits(count)} links`),
    compare('largest file', tree.largestFiles, limits.fileBytes, formatBytes),
    compare(
      'widest directory',
      tree.widest,
      WIDE_DIRECTORY,
      (count) => `${groupDigits(count)} entries`,
      'warning',
    ),
    specialFinding(tree, limits),
  ];
}

function compare(
  check: string,
  worst: readonly PathCount[],
  limit: number | undefined,
  show: (count: number) => string,
  above: LimitFinding['verdict'] = 'does not fit',
): LimitFinding {
  const over = limit === undefined ? [] : worst.filter(({ count }) => count > limit);
  return {
    check,
    verdict: over.length === 0 ? 'fits' : above,
    found: worst[0] === undefined ? 'none' : show(worst[0].count),
    limit: limit === undefined ? 'none' : show(limit),
    paths: over.map(({ path }) => path),
    ...(worst[0] === undefined ? {} : { worst: worst[0].path }),
  };
}

function specialFinding({ special }: TreeSummary, { devices }: Limits): LimitFinding {
  const lost = devices ? [] : special.samples.filter(({ kind }) => kind.endsWith('device'));
  const verdict = lost.length > 0 ? 'does not fit' : special.count > 0 ? 'warning' : 'fits';
  return {
    check: 'special files',
    verdict,
    found: groupDigits(special.count),
    limit: devices ? 'left out unless specialFiles says copy' : 'no devices',
    paths: lost.map(({ path }) => path),
  };
}

/** Free space at the destination as this host sees it. */
export interface FreeSpace {
  readonly bytes: number;
  /** Free inodes; 0 if the file system reports none. */
  readonly entries: number;
}

/** Compares need and free space. Only a warning, because an earlier copy may already use the space. */
export function checkSpace(
  { entries, bytes, sparse }: TreeSummary,
  free: FreeSpace,
): readonly LimitFinding[] {
  const needed = bytes - sparse.holeBytes;
  const show = (count: number) => groupDigits(count);
  return [
    spaceFinding('room for bytes', needed, free.bytes, formatBytes),
    ...(free.entries === 0 ? [] : [spaceFinding('room for entries', entries, free.entries, show)]),
  ];
}

function spaceFinding(
  check: string,
  needed: number,
  free: number,
  show: (count: number) => string,
): LimitFinding {
  const verdict = needed > free ? 'warning' : 'fits';
  return { check, verdict, found: show(needed), limit: `${show(free)} free`, paths: [] };
}
