/** What the DataSync engine decides by: filters, failures, layout, verification, removal, splitting. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CODES } from '../../../src/errors/codes.ts';
import { isWithin, rawFromText } from '../../../src/paths.ts';
import { entryClass } from '../../../src/policy/datasync/entry-class.ts';
import { FAILURES, judgeEnd, judgeSignal } from '../../../src/policy/datasync/failures.ts';
import { excludeFilter, filterText, scopeFilters } from '../../../src/policy/datasync/filters.ts';
import { chooseLayout } from '../../../src/policy/datasync/layout.ts';
import { decideRemoval, verifyMode } from '../../../src/policy/datasync/rounds.ts';
import { splitScope } from '../../../src/policy/datasync/split-scope.ts';

describe('a filter', () => {
  test.each([
    ['*.tmp', '*.tmp'],
    ['cache', '*/cache'],
    ['cache/', '*/cache'],
    ['.nfs*', '*/.nfs*'],
    ['/lost+found/', '/lost+found'],
    ['a/b', '/a/b'],
    ['**/node_modules', '*/node_modules'],
    ['a*b', undefined],
    ['*/x/y', undefined],
    ['a/**/b', undefined],
    ['.nfs????', undefined],
    ['[ab]', undefined],
    ['!keep', undefined],
    ['a|b', undefined],
  ])('for the exclusion %s is %s', (pattern, filter) => {
    expect(excludeFilter(pattern)).toBe(filter);
  });

  test.each([
    ['plain/dir', '/plain/dir'],
    [rawFromText('größe'), '/größe'],
    ['a*', undefined],
    ['a|b', undefined],
    ['a\\b', undefined],
    ['a\nb', undefined],
    [' a', undefined],
    ['a /b', undefined],
    ['\xff', undefined],
  ])('names %j as %s', (path, text) => {
    expect(filterText(path)).toBe(text);
  });

  test('of a chunk has its roots, and leaves out other chunks, exceptions and patterns inside', () => {
    expect(
      scopeFilters(
        { roots: ['a', 'b'], without: ['a/x'] },
        { patterns: ['*.tmp', '/b/cache/', '/c/cache/'], paths: ['b/bad', 'c/bad'] },
      ),
    ).toEqual({ includes: '/a|/b', excludes: '/a/x|/b/bad|*.tmp|/b/cache' });
    expect(scopeFilters({ roots: [''], without: [] }, { patterns: [], paths: [] })).toEqual({});
  });

  test('that cannot be said is refused with the path', () => {
    const scope = { roots: ['a|b'], without: [] };

    expect(() => scopeFilters(scope, { patterns: [], paths: [] })).toThrow(
      'cannot name this chunk',
    );
    expect(() =>
      scopeFilters({ roots: [''], without: [] }, { patterns: ['a?'], paths: [] }),
    ).toThrow('no filter for the exclusion "a?"');
  });

  test('longer than the service takes is refused', () => {
    const without = Array.from({ length: 3000 }, (_, i) => `${'x'.repeat(40)}${i}`);

    expect(() => scopeFilters({ roots: [''], without }, { patterns: [], paths: [] })).toThrow(
      '102400',
    );
  });
});

describe('a failure', () => {
  const rows = [
    [
      'OpNotSupp: Transfer and verification completed. Verification detected mismatches.',
      'partial',
      'CHANGED_WHILE_COPYING',
    ],
    [
      'FilesSkipped: Transfer and verification completed. Selected files transferred except for files skipped due to errors.',
      'partial',
      'IO_ERROR',
    ],
    ['NoMem: Cannot allocate memory', 'too big', 'CHUNK_TOO_BIG'],
    ['FsNfsIdMappingEnabled: ', 'person', 'AWS_REFUSED'],
    [
      'x: Task failed to access location loc-0: x40016: mount.nfs: access denied by server',
      'person',
      'PERMISSION_DENIED',
    ],
    [
      'x: Task failed to access location loc-0: x40016: mount.nfs: Connection timed out',
      'transient',
      'LINK_DOWN',
    ],
    [
      'x: x40016: Failed to connect to EFS mount target with IP: 10.0.0.1',
      'transient',
      'LINK_DOWN',
    ],
    [
      'x: mount.nfs: mounting server:/a failed, reason given: No such file or directory',
      'person',
      'SOURCE_MISSING',
    ],
    ['SrcLocHitAccess: ', 'person', 'PERMISSION_DENIED'],
    ['SyncTaskErrorLocationNotAdded: ', 'person', 'AWS_REFUSED'],
    [
      'InvalidRequest: Unable to assume role. Reason: Access denied when calling sts:AssumeRole',
      'transient',
      'BUSY',
    ],
    ['EniNotFound: ', 'transient', 'BUSY'],
    ['AgentOffline: Connection to the agent was lost.', 'outage', 'AGENT_OFFLINE'],
    ['StuckLaunching: ', 'transient', 'BUSY'],
    ['Cancelled: The task execution was cancelled.', 'transient', 'INTERRUPTED'],
    ['x: No space left on device', 'person', 'DISK_FULL'],
    ['x: Permission denied', 'person', 'PERMISSION_DENIED'],
    ['x: Input/output error', 'transient', 'IO_ERROR'],
    ['FsS3HeadBucketFailed: ', 'person', 'AWS_REFUSED'],
    ['InvalidParameter: ARN account () must match authenticated user', 'person', 'AWS_REFUSED'],
  ] as const;

  test.each(rows)('%s is %s', (signal, kind, code) => {
    const verdict = judgeSignal(signal);

    expect(verdict.kind).toBe(kind);
    expect(verdict.code).toBe(code);
  });

  test('of each row of the table stands above, and each has a code that agrees with it', () => {
    const hit = new Set(rows.map(([signal]) => FAILURES.find((row) => row.signal.test(signal))));

    expect(hit.size).toBe(FAILURES.length);
    for (const { kind, code } of FAILURES) {
      if (kind === 'outage' || kind === 'transient') expect(CODES[code].class).toBe('transient');
      if (kind === 'person' || kind === 'too big') expect(CODES[code].class).toBe('person');
    }
  });

  test('that nobody knows is said as it came', () => {
    expect(judgeEnd({ status: 'ERROR', errorCode: 'Odd', errorDetail: 'thing' })).toMatchObject({
      kind: 'unknown',
      because: 'DataSync says: Odd: thing',
    });
    expect(judgeEnd({ status: 'ERROR' }).because).toBe('DataSync says: nothing');
    expect(judgeEnd({ status: 'SUCCESS' }).kind).toBe('done');
  });

  test.each([
    ['Failed to open source file: No such file or directory', 'vanished'],
    ['Failed to open source file: Resource temporarily unavailable', 'locked'],
    ['Failed to open source file: Permission denied', 'unreadable'],
    ['Checksum failure', 'corruption'],
    ['Metadata failure', 'corruption'],
    ['Files were added', 'drift'],
    ['Files were removed', 'vanished'],
    ['something else', 'other'],
  ])('of an entry, "%s", is %s', (reason, expected) => {
    expect(entryClass(reason)).toBe(expected);
  });
});

test.each([
  ['one agent and room', { chunks: 90 }, 'task-per-chunk', 90],
  ['more chunks than the quota', { chunks: 100 }, 'pool', 1],
  ['tasks of others', { chunks: 50, otherTasks: 60 }, 'pool', 1],
  ['several agents', { chunks: 10, agents: 3 }, 'pool', 3],
  ['a pool asked for', { chunks: 10, asked: 'pool' as const }, 'pool', 1],
  [
    'tasks asked for',
    { chunks: 10, agents: 3, asked: 'task-per-chunk' as const },
    'task-per-chunk',
    10,
  ],
])('the layout for %s', (_what, facts, layout, tasks) => {
  const answer = chooseLayout({
    asked: 'auto',
    agents: 1,
    taskQuota: 100,
    otherTasks: 0,
    ...facts,
  });

  expect(answer).toMatchObject({ layout, tasks, networkInterfaces: tasks * 4 });
  expect(answer.because).not.toBe('');
});

test.each([
  ['a seed', {}, 'ONLY_FILES_TRANSFERRED'],
  ['the final round', { kind: 'final' as const }, 'POINT_IN_TIME_CONSISTENT'],
  ['a full verification', { verify: 'full' as const }, 'POINT_IN_TIME_CONSISTENT'],
  ['a round that deletes', { deletes: true }, 'POINT_IN_TIME_CONSISTENT'],
  ['copies without a report', { unreported: 3 }, 'POINT_IN_TIME_CONSISTENT'],
])('%s verifies %s', (_what, facts, mode) => {
  const round = { kind: 'seed' as const, deletes: false, verify: 'copied' as const, unreported: 0 };

  expect(verifyMode({ ...round, ...facts }).mode).toBe(mode);
});

test.each([
  ['one directory, nothing left out', {}, 'mirrored location'],
  ['something left out', { filters: { excludes: '/a/x' } }, 'nowhere'],
  ['a name that is no path', { rootIsPath: false }, 'nowhere'],
  ['a directory that is gone', { rootIsGone: true }, 'nowhere'],
  ['two roots', { scope: { roots: ['a', 'b'], without: [] } }, 'nowhere'],
  [
    'filters that were tried out',
    { filters: { excludes: '*.tmp' }, removeWithFilters: true },
    'filters',
  ],
])('of %s is removed: %s', (_what, facts, where) => {
  const answer = decideRemoval({
    scope: { roots: ['a'], without: [] },
    filters: {},
    rootIsPath: true,
    rootIsGone: false,
    removeWithFilters: false,
    ...facts,
  });

  expect(answer.where).toBe(where);
});

describe('a scope that is too big', () => {
  test('is cut along its directories, and what nobody knew stays in the last part', () => {
    const parts = splitScope({ roots: ['a'], without: ['a/other'] }, [
      { path: 'a/big', entries: 100 },
      { path: 'a/mid', entries: 60 },
      { path: 'a/low', entries: 30 },
      { path: 'a/big/deep', entries: 50 },
    ]);

    expect(parts).toEqual([
      { roots: ['a/big'], without: [] },
      { roots: ['a/low', 'a/mid'], without: [] },
      { roots: ['a'], without: ['a/big', 'a/low', 'a/mid', 'a/other'] },
    ]);
  });

  test('without a directory to cut along stays whole', () => {
    expect(splitScope({ roots: ['a'], without: [] }, [])).toBeUndefined();
  });

  test('covers every path exactly once, whatever it was', () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
    const inScope = (
      at: string,
      { roots, without }: { roots: readonly string[]; without: readonly string[] },
    ) => roots.some((root) => isWithin(at, root)) && !without.some((root) => isWithin(at, root));
    fc.assert(
      fc.property(fc.uniqueArray(path), fc.uniqueArray(path), path, (known, others, asked) => {
        const scope = {
          roots: [''],
          without: others.filter((o) => !others.some((p) => p !== o && isWithin(o, p))),
        };
        const parts = splitScope(
          scope,
          known.map((at) => ({ path: at, entries: at.length })),
        );
        if (parts === undefined) return;
        const times = parts.filter((part) => inScope(asked, part)).length;
        expect(times).toBe(inScope(asked, scope) ? 1 : 0);
      }),
    );
  });
});
