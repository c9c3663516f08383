/** Translates the result of the assessment scan to the input of the assessment. */
import type { TreeSummary as Scanned } from '../../engines/posix/steps/assess.ts';
import type { Extreme } from '../../engines/posix/tree/statistics.ts';
import type { PathCount, TreeSummary } from '../../policy/assess/tree-summary.ts';

/** Upper bounds of the size classes as powers of two: 1 B, 4 KiB, 64 KiB, 1 MiB, …, 64 GiB. */
const BOUNDS = [0, 12, 16, 20, 24, 28, 32, 36];

export function toTreeSummary(scanned: Scanned, scannedAt: string): TreeSummary {
  const { kinds } = scanned;
  return {
    scannedAt,
    elapsedMs: scanned.elapsedMs,
    entries: scanned.entries,
    directories: scanned.directories,
    files: kinds['file'] ?? 0,
    symlinks: kinds['symlink'] ?? 0,
    bytes: scanned.bytes,
    histogram: histogram(scanned),
    ...extremes(scanned),
    unreadable: unreadable(scanned),
    special: { count: scanned.specialFiles, samples: scanned.specialSamples },
    sparse: { count: scanned.sparseFiles, holeBytes: scanned.sparseHoleBytes, samples: [] },
    hardLinks: hardLinks(scanned),
    excluded: scanned.excluded,
    otherFileSystems: scanned.mountPoints,
    notUtf8: { count: scanned.notUtf8Names, samples: scanned.notUtf8Samples },
  };
}

type Extremes =
  'deepest' | 'widest' | 'longestNames' | 'longestPaths' | 'longestLinkTargets' | 'largestFiles';

function extremes(scanned: Scanned): Pick<TreeSummary, Extremes> {
  const { extremes: found } = scanned;
  return {
    deepest: pathCounts(scanned.deepest),
    widest: pathCounts(scanned.widest),
    longestNames: pathCounts([found.longestNameBytes]),
    longestPaths: pathCounts([found.longestPathBytes]),
    longestLinkTargets: pathCounts([found.longestSymlinkTargetBytes]),
    largestFiles: pathCounts([found.largestFileBytes]),
  };
}

function pathCounts(found: readonly Extreme[]): PathCount[] {
  return found.filter(({ value }) => value > 0).map(({ value, path }) => ({ path, count: value }));
}

function unreadable({ unreadable: count, unreadableSamples }: Scanned): TreeSummary['unreadable'] {
  const samples = unreadableSamples.map(({ path, code, message }) => ({
    path,
    because: `${code}: ${message}`,
  }));
  return { count, samples };
}

function hardLinks({
  hardLinks: found,
  extremes: { mostLinks },
}: Scanned): TreeSummary['hardLinks'] {
  const most = pathCounts([mostLinks]).map(({ path, count }) => ({
    links: count,
    sizeBytes: 0,
    paths: [path],
  }));
  // A sample has directories instead of names: both lead to the same chunks.
  const spanning = found.spanningSamples.map(({ names, directories }) => ({
    links: names,
    sizeBytes: 0,
    paths: directories,
  }));
  return { groups: found.groups, names: found.names, samples: [...most, ...spanning] };
}

function histogram({ sizeHistogram, sizeHistogramBytes }: Scanned): TreeSummary['histogram'] {
  const sum = (values: readonly number[], from: number, to: number): number =>
    values.slice(from, to).reduce((total, value) => total + value, 0);
  // Element i of the scan's histogram counts sizes below 2^i.
  const rows = BOUNDS.map((exponent, i) => {
    const from = i === 0 ? 0 : (BOUNDS[i - 1] ?? 0) + 1;
    return {
      upTo: exponent === 0 ? 0 : 2 ** exponent - 1,
      files: sum(sizeHistogram, from, exponent + 1),
      bytes: sum(sizeHistogramBytes, from, exponent + 1),
    };
  });
  const above = (BOUNDS.at(-1) ?? 0) + 1;
  const larger = {
    files: sum(sizeHistogram, above, 64),
    bytes: sum(sizeHistogramBytes, above, 64),
  };
  return [...rows, { upTo: null, ...larger }];
}
