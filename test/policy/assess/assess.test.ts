import { describe, expect, test } from '@jest/globals';
import { assess, type AssessedSpec } from '../../../src/policy/assess/assess.ts';
import { checkLimits } from '../../../src/policy/assess/destination-limits.ts';
import type { TreeSummary } from '../../../src/policy/assess/tree-summary.ts';
import { empty, full, plan, spec } from './assessed-tree.ts';

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
  ] as const)('EFS accepts the %s at its limit and not above it', (check, list, limit) => {
    const verdict = (count: number) =>
      checkLimits({ ...empty, [list]: [{ path: 'x', count }] }, 'efs').find(
        (finding) => finding.check === check,
      );

    expect(verdict(limit)).toMatchObject({ verdict: 'fits', paths: [] });
    expect(verdict(limit + 1)).toMatchObject({ paths: ['x'] });
    expect(verdict(limit + 1)?.verdict).not.toBe('fits');
  });

  test('EFS accepts 177 hard links and no devices', () => {
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

  test('a POSIX file system accepts more links, any depth, and devices', () => {
    const tree = { ...full, deepest: [{ path: 'x', count: 5000 }] };

    const misfits = checkLimits(tree, 'posix').filter(({ verdict }) => verdict === 'does not fit');

    expect(misfits.map(({ check }) => check)).toEqual(['largest file']);
  });
});

describe('assess', () => {
  test('lists hard-link groups that cross chunks', () => {
    expect(assess({ spec, tree: full, plan }).hardLinks).toEqual({
      groups: 40,
      names: 300,
      lookedAt: 2,
      crossing: [{ links: 178, paths: ['a/x', 'b/x'] }],
    });
  });

  test('drafts one exception per path that does not fit, is unreadable or is special', () => {
    expect(assess({ spec, tree: full, plan }).draftExceptions).toEqual([
      { path: 'a/far', reason: 'longest link target: the destination allows 4,080 bytes' },
      { path: 'a/x', reason: 'most hard links: the destination allows 177 links' },
      { path: 'b/null', reason: 'special files: the destination allows no devices' },
      { path: 'a/secret', reason: 'not readable: EACCES' },
      { path: "b/it's.sock", reason: 'a socket' },
    ]);
  });

  test('drafts no exception for special files that the spec copies', () => {
    const drafts = assess({
      spec: { ...spec, specialFiles: 'copy', destination: { path: '/n' } },
      tree: { ...full, largestFiles: [] },
      plan,
    }).draftExceptions;

    expect(drafts.map(({ path }) => path)).toEqual(['a/secret']);
  });

  test('lists files that take longer than the time between drops if the engine restarts files', () => {
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
      limit: '45m between drops, after which it starts again',
      paths: ['a/image.vmdk'],
    });
    expect(found(restarting, largestFiles.slice(1))).toMatchObject({ verdict: 'fits', paths: [] });
    expect(found({ ...restarting, resumesInFiles: true })).toBeUndefined();
    expect(found({ ...restarting, link: { bandwidth: 1e6 } })).toBeUndefined();
  });

  test('computes the churn from changed files, else from the growth since an earlier scan', () => {
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

  test('warns if the tree needs more space than is free at the destination', () => {
    const freeSpace = { bytes: 30e12 - 2 ** 30 - 1, entries: 2_000_000 };
    const { findings } = assess({ spec, tree: full, plan, freeSpace });

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

  test('survives serialization as JSON', () => {
    const assessment = assess({ spec, tree: full, plan });

    expect(JSON.parse(JSON.stringify(assessment))).toEqual(assessment);
  });
});
