/** Input of assessments: an empty tree, a tree at and above the limits of EFS, and their spec and plan. */
import type { AssessedSpec } from '../../../src/policy/assess/assess.ts';
import type { TreeSummary } from '../../../src/policy/assess/tree-summary.ts';
import { planChunks } from '../../../src/policy/chunks/plan-chunks.ts';

export const empty: TreeSummary = {
  scannedAt: '2026-03-02T00:00:00.000Z',
  elapsedMs: 61_000,
  entries: 0,
  directories: 0,
  files: 0,
  symlinks: 0,
  bytes: 0,
  histogram: [],
  deepest: [],
  widest: [],
  longestNames: [],
  longestPaths: [],
  longestLinkTargets: [],
  largestFiles: [],
  unreadable: { count: 0, samples: [] },
  special: { count: 0, samples: [] },
  sparse: { count: 0, holeBytes: 0, samples: [] },
  hardLinks: { groups: 0, names: 0, samples: [] },
  excluded: 0,
};
export const full: TreeSummary = {
  ...empty,
  entries: 1_234_567,
  directories: 4567,
  files: 1_200_000,
  symlinks: 30_000,
  bytes: 30e12,
  histogram: [
    { upTo: 4096, files: 1_000_000, bytes: 2e9 },
    { upTo: 2 ** 20, files: 0, bytes: 0 },
    { upTo: null, files: 200_000, bytes: 30e12 - 2e9 },
  ],
  deepest: [{ path: 'a/b/c', count: 3 }],
  widest: [{ path: 'a', count: 1200 }],
  longestNames: [{ path: 'a/long', count: 255 }],
  longestPaths: [{ path: 'a/long', count: 4096 }],
  longestLinkTargets: [
    { path: 'a/far', count: 4081 },
    { path: 'a/near', count: 4080 },
  ],
  largestFiles: [{ path: 'b/image', count: 52_673_613_135_872 }],
  unreadable: { count: 1, samples: [{ path: 'a/secret', because: 'EACCES' }] },
  special: {
    count: 7,
    samples: [
      { path: "b/it's.sock", kind: 'socket' },
      { path: 'b/null', kind: 'character device' },
    ],
  },
  sparse: { count: 2, holeBytes: 2 ** 30, samples: ['b/image'] },
  hardLinks: {
    groups: 40,
    names: 300,
    samples: [
      { links: 178, sizeBytes: 1, paths: ['a/x', 'b/x'] },
      { links: 177, sizeBytes: 1, paths: ['a/y', 'a/z'] },
    ],
  },
  excluded: 12,
  changed: { since: '2026-03-01T12:00:00.000Z', files: 500, bytes: 10 * 2 ** 30 },
};
export const spec: AssessedSpec = {
  name: 'acme',
  source: { path: '/mnt/old' },
  destination: { path: '/mnt/new', limits: 'efs' },
  link: { bandwidth: 6_250_000 },
  specialFiles: 'except',
  resumesInFiles: true,
};
export const plan = planChunks(
  [
    { path: '', entries: 2, bytes: 0 },
    { path: 'a', entries: 80, bytes: 0 },
    { path: 'b', entries: 80, bytes: 0 },
  ],
  { maxEntries: 100, maxBytes: 1e15 },
  { now: 0 },
);
