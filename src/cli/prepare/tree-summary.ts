/** What the scan counted, as the assessment takes it. Pure. */
import type { TreeSummary as Scanned } from '../../engines/posix/steps/assess.ts';
import type { Extreme } from '../../engines/posix/tree/statistics.ts';
import type { PathCount, TreeSummary } from '../../policy/assess/tree-summary.ts';

/** Exponents of two: 4 KiB, 64 KiB, 1 MiB, 16 MiB, 256 MiB, 4 GiB, 64 GiB. */
const BOUNDS = [0, 12, 16, 20, 24, 28, 32, 36];

const list = (extremes: readonly Extreme[]): PathCount[] =>
  extremes.filter(({ value }) => value > 0).map(({ value, path }) => ({ path, count: value }));

export function toTreeSummary(scanned: Scanned, scannedAt: string): TreeSummary {
  const { extremes, kinds, hardLinks } = scanned;
  return {
    scannedAt,
    elapsedMs: scanned.elapsedMs,
    entries: scanned.entries,
    directories: scanned.directories,
    files: kinds['file'] ?? 0,
    symlinks: kinds['symlink'] ?? 0,
    bytes: scanned.bytes,
    histogram: histogram(scanned),
    deepest: list(scanned.deepest),
    widest: list(scanned.widest),
    longestNames: list([extremes.longestNameBytes]),
    longestPaths: list([extremes.longestPathBytes]),
    longestLinkTargets: list([extremes.longestSymlinkTargetBytes]),
    largestFiles: list([extremes.largestFileBytes]),
    unreadable: {
      count: scanned.unreadable,
      samples: scanned.unreadableSamples.map(({ path, code, message }) => ({
        path,
        because: `${code}: ${message}`,
      })),
    },
    special: { count: scanned.specialFiles, samples: scanned.specialSamples },
    sparse: { count: scanned.sparseFiles, holeBytes: scanned.sparseHoleBytes, samples: [] },
    hardLinks: {
      groups: hardLinks.groups,
      names: hardLinks.names,
      samples: [
        ...list([extremes.mostLinks]).map(({ path, count }) => ({
          links: count,
          sizeBytes: 0,
          paths: [path],
        })),
        // The directories tell the chunks as well as the names would.
        ...hardLinks.spanningSamples.map(({ names, directories }) => ({
          links: names,
          sizeBytes: 0,
          paths: directories,
        })),
      ],
    },
    excluded: scanned.excluded,
    otherFileSystems: scanned.mountPoints,
    notUtf8: { count: scanned.notUtf8Names, samples: scanned.notUtf8Samples },
  };
}

function histogram({ sizeHistogram, sizeHistogramBytes }: Scanned): TreeSummary['histogram'] {
  const sum = (values: readonly number[], from: number, to: number): number =>
    values.slice(from, to).reduce((total, value) => total + value, 0);
  // Element i holds sizes below 2^i, so a row ends just below its power of two.
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
