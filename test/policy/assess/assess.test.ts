import { describe, expect, test } from '@jest/globals';
import { assess, type AssessedSpec } from '../../../src/policy/assess/assess.ts';
import { renderAssessment } from '../../../src/terminal/texts/assess.ts';
import { planChunks } from '../../../src/policy/chunks/plan.ts';
import { checkLimits } from '../../../src/policy/assess/destination-limits.ts';
import type { TreeSummary } from '../../../src/policy/assess/tree-summary.ts';

const empty: TreeSummary = {
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
const full: TreeSummary = {
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
const spec: AssessedSpec = {
  name: 'acme',
  source: { path: '/mnt/old' },
  destination: { path: '/mnt/new', limits: 'efs' },
  link: { bandwidth: 6_250_000 },
  specialFiles: 'except',
  resumesInFiles: true,
};
const plan = planChunks(
  [
    { path: '', entries: 2, bytes: 0 },
    { path: 'a', entries: 80, bytes: 0 },
    { path: 'b', entries: 80, bytes: 0 },
  ],
  { maxEntries: 100, maxBytes: 1e15 },
  { now: 0 },
);

const without = (tree: TreeSummary, name: keyof TreeSummary): TreeSummary =>
  Object.fromEntries(
    Object.entries(tree).filter(([key]) => key !== name),
  ) as unknown as TreeSummary;

describe('checkLimits', () => {
  test.each([
    ['longest name', 'longestNames', 255],
    ['longest path', 'longestPaths', 4096],
    ['deepest directory', 'deepest', 1000],
    ['longest link target', 'longestLinkTargets', 4080],
    ['largest file', 'largestFiles', 52_673_613_135_872],
    ['widest directory', 'widest', 1_000_000],
  ] as const)('EFS takes the %s at its limit and not above', (check, list, limit) => {
    const verdict = (count: number) =>
      checkLimits({ ...empty, [list]: [{ path: 'x', count }] }, 'efs').find(
        (finding) => finding.check === check,
      );

    expect(verdict(limit)).toMatchObject({ verdict: 'fits', paths: [] });
    expect(verdict(limit + 1)).toMatchObject({ paths: ['x'] });
    expect(verdict(limit + 1)?.verdict).not.toBe('fits');
  });

  test('EFS takes 177 hard links and no devices', () => {
    const findings = checkLimits(full, 'efs');

    expect(findings.find(({ check }) => check === 'most hard links')).toMatchObject({
      verdict: 'does not fit',
      found: '178 links',
      paths: ['a/x'],
    });
    expect(findings.find(({ check }) => check === 'special files')).toMatchObject({
      verdict: 'does not fit',
      paths: ['b/null'],
    });
  });

  test('a POSIX file system takes more links, any depth and devices', () => {
    const tree = { ...full, deepest: [{ path: 'x', count: 5000 }] };

    const misfits = checkLimits(tree, 'posix').filter(({ verdict }) => verdict === 'does not fit');

    expect(misfits.map(({ check }) => check)).toEqual(['largest file']);
  });
});

describe('assess', () => {
  test('names hard-link groups that cross chunks', () => {
    expect(assess({ spec, tree: full, plan }).hardLinks).toEqual({
      groups: 40,
      names: 300,
      lookedAt: 2,
      crossing: [{ links: 178, paths: ['a/x', 'b/x'] }],
    });
  });

  test('drafts an exception for what does not fit, is unreadable or special, each path once', () => {
    expect(assess({ spec, tree: full, plan }).draftExceptions).toEqual([
      { path: 'a/far', reason: 'longest link target: the destination allows 4,080 bytes' },
      { path: 'a/x', reason: 'most hard links: the destination allows 177 links' },
      { path: 'b/null', reason: 'special files: the destination allows no devices' },
      { path: 'a/secret', reason: 'not readable: EACCES' },
      { path: "b/it's.sock", reason: 'a socket' },
    ]);
  });

  test('drafts no exception for special files that are to be copied', () => {
    const drafts = assess({
      spec: { ...spec, specialFiles: 'copy', destination: { path: '/n' } },
      tree: { ...full, largestFiles: [] },
      plan,
    }).draftExceptions;

    expect(drafts.map(({ path }) => path)).toEqual(['a/secret']);
  });

  test('names the files that take longer than the time between drops, where they begin again', () => {
    const restarting = {
      ...spec,
      resumesInFiles: false,
      link: { bandwidth: 1e6, meanTimeBetweenDrops: 45 * 60_000 },
    };
    const largestFiles = [
      { path: 'a/image.vmdk', count: 36e9 },
      { path: 'a/small', count: 1e9 },
    ];
    const found = (given: AssessedSpec, files = largestFiles) =>
      assess({ spec: given, tree: { ...full, largestFiles: files }, plan }).findings.find(
        ({ check }) => check === 'time of one file',
      );

    expect(found(restarting)).toEqual({
      check: 'time of one file',
      verdict: 'warning',
      found: '1 above it, 10h at most',
      limit: '45m between drops, after which it begins again',
      paths: ['a/image.vmdk'],
    });
    expect(found(restarting, largestFiles.slice(1))).toMatchObject({ verdict: 'fits', paths: [] });
    expect(found({ ...restarting, resumesInFiles: true })).toBeUndefined();
    expect(found({ ...restarting, link: { bandwidth: 1e6 } })).toBeUndefined();
  });

  test('takes the churn from what changed, else from the growth since an earlier scan', () => {
    const unknown = without(full, 'changed');
    const earlier = {
      ...full,
      scannedAt: '2026-02-28T00:00:00.000Z',
      entries: full.entries + 100,
      bytes: full.bytes - 2000,
    };

    expect(assess({ spec, tree: full, plan, earlier }).churn).toMatchObject({
      entriesPerDay: 1000,
      bytesPerDay: 20 * 2 ** 30,
    });
    expect(assess({ spec, tree: unknown, plan, earlier }).churn).toMatchObject({
      entriesPerDay: 50,
      bytesPerDay: 1000,
    });
    expect(assess({ spec, tree: unknown, plan }).churn).toBeUndefined();
    expect(assess({ spec, tree: unknown, plan, earlier: unknown }).churn).toBeUndefined();
  });

  test('warns when the tree needs more than is free at the destination', () => {
    const room = { bytes: 30e12 - 2 ** 30 - 1, entries: 2_000_000 };
    const { findings } = assess({ spec, tree: full, plan, room });

    expect(findings.filter(({ check }) => check.startsWith('room'))).toMatchObject([
      { check: 'room for bytes', verdict: 'warning' },
      { check: 'room for entries', verdict: 'fits' },
    ]);
  });

  test('does not count holes for an engine that skips them', () => {
    const bytes = (skipsHoles: boolean) =>
      assess({ spec: { ...spec, skipsHoles }, tree: full, plan }).forecast.totalMs ?? 0;

    expect(bytes(false) - bytes(true)).toBeCloseTo((2 ** 30 / (50e6 / 8)) * 1000);
  });

  test('shows what is to be mended and what is mounted below the tree', () => {
    const checks = [
      { name: 'owners can be kept', ok: false, found: 'running as uid 7', fix: 'Run it as root.' },
      { name: 'two trees', ok: true, found: 'different directories' },
    ];
    const tree = { ...full, otherFileSystems: ['a/mnt'] };

    const text = renderAssessment(assess({ spec, tree, plan, checks }));

    expect(text).toContain('  owners can be kept: no: running as uid 7\n    Run it as root.\n');
    expect(text).not.toContain('two trees');
    expect(text).toContain(
      'Other file systems below the tree: not entered, a migration each\n  a/mnt',
    );
  });

  test('is the same data after JSON', () => {
    const assessment = assess({ spec, tree: full, plan });

    expect(JSON.parse(JSON.stringify(assessment))).toEqual(assessment);
  });
});

describe('renderAssessment', () => {
  test('is a report that a person reads', () => {
    expect(renderAssessment(assess({ spec, tree: full, plan }))).toMatchInlineSnapshot(`
     "acme: /mnt/old → /mnt/new
     scanned 2026-03-02T00:00:00.000Z in 1m 1s

       entries      1,234,567
       directories      4,567
       files        1,200,000  27.3 TiB
       symlinks        30,000
       left out            12  by rules

     Files by size
       up to 4.00 KiB  1,000,000  1.86 GiB
       larger            200,000  27.3 TiB

     Against the limits of Amazon EFS
       longest name             255 bytes  limit 255 bytes
       longest path           4,096 bytes  limit 4,096 bytes
       deepest directory         3 levels  limit 1,000 levels       /a/b/c
       longest link target    4,081 bytes  limit 4,080 bytes        DOES NOT FIT
       most hard links          178 links  limit 177 links          DOES NOT FIT
       largest file              47.9 TiB  limit 47.9 TiB
       widest directory     1,200 entries  limit 1,000,000 entries  /a
       special files                    7  limit no devices         DOES NOT FIT
       longest link target:
         a/far
       most hard links:
         a/x
       special files:
         b/null

     Unreadable: 1
       a/secret  EACCES

     Special files: 7
       b/it's.sock  socket
       b/null       character device
       and 5 more

     Sparse files: 2, with 1.00 GiB of holes, which are kept

     Hard links: 300 names in 40 groups; 1 of them in more than one chunk (of the 2 with the most links): each chunk gets a copy of its own
         178 links: a/x, b/x

     How long it takes
       transfer of the bytes   55d 13h  27.3 TiB at 50 Mbit/s
       number of entries        41m 9s  1,234,567 at 500 a second
       overhead of the chunks      10s  2 at 5s each, in every round
       the seed takes about 55d 14h: 100 % of it is the transfer of the bytes: 27.3 TiB at 50 Mbit/s
       a day changes 20.0 GiB in 1,000 entries (files changed since 2026-03-01T12:00:00.000Z)

     Chunks: 2; at most 100 entries and 909.5 TiB a chunk, as the spec says; link.bandwidth is not given

     Draft exceptions, to accept once the migration runs
       longhaul accept acme 'a/far' --reason 'longest link target: the destination allows 4,080 bytes'
       longhaul accept acme 'a/x' --reason 'most hard links: the destination allows 177 links'
       longhaul accept acme 'b/null' --reason 'special files: the destination allows no devices'
       longhaul accept acme 'a/secret' --reason 'not readable: EACCES'
       longhaul accept acme 'b/it'\\''s.sock' --reason 'a socket'"
    `);
  });

  test('is short for an empty tree', () => {
    expect(renderAssessment(assess({ spec, tree: empty, plan }))).toMatchInlineSnapshot(`
     "acme: /mnt/old → /mnt/new
     scanned 2026-03-02T00:00:00.000Z in 1m 1s

       entries      0
       directories  0
       files        0       0 B
       symlinks     0
       left out     0  by rules

     Against the limits of Amazon EFS
       longest name         none  limit 255 bytes
       longest path         none  limit 4,096 bytes
       deepest directory    none  limit 1,000 levels
       longest link target  none  limit 4,080 bytes
       most hard links      none  limit 177 links
       largest file         none  limit 47.9 TiB
       widest directory     none  limit 1,000,000 entries
       special files           0  limit no devices

     How long it takes
       overhead of the chunks   10s  2 at 5s each, in every round
       number of entries       0 ms  0 at 500 a second
       transfer of the bytes   0 ms  0 B at 50 Mbit/s
       the seed takes about 10s: 100 % of it is the overhead of the chunks: 2 at 5s each, in every round

     Chunks: 2; at most 100 entries and 909.5 TiB a chunk, as the spec says; link.bandwidth is not given

     Draft exceptions: none"
    `);
  });

  test('says how many more there are than it shows', () => {
    const samples = Array.from({ length: 20 }, (_, i) => ({ path: `p${i}`, because: 'EACCES' }));
    const tree = { ...empty, unreadable: { count: 1000, samples } };

    const text = renderAssessment(assess({ spec, tree, plan }));

    expect(text).toContain('Unreadable: 1,000\n  p0  EACCES\n');
    expect(text).toContain('\n  and 995 more\n');
  });
});
