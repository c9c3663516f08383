/** How the executions of a round verify, and where DataSync may remove entries. */
import { expect, test } from '@jest/globals';
import { decideRemoval, verifyMode } from '../../../src/policy/datasync/rounds.ts';

test.each([
  ['a seed', {}, 'ONLY_FILES_TRANSFERRED'],
  ['the final round', { kind: 'final' as const }, 'POINT_IN_TIME_CONSISTENT'],
  ['a full verification', { verify: 'full' as const }, 'POINT_IN_TIME_CONSISTENT'],
  ['a round that deletes', { deletes: true }, 'POINT_IN_TIME_CONSISTENT'],
  ['copies without a report', { unreported: 3 }, 'POINT_IN_TIME_CONSISTENT'],
])('the verification of %s', (_what, facts, mode) => {
  const round = { kind: 'seed' as const, deletes: false, verify: 'copied' as const, unreported: 0 };

  expect(verifyMode({ ...round, ...facts }).mode).toBe(mode);
});

test.each([
  ['one directory without exclusions', {}, 'mirrored location'],
  ['an exclusion', { filters: { excludes: '/a/x' } }, 'nowhere'],
  ['a name that cannot be the path of a location', { rootIsPath: false }, 'nowhere'],
  ['a directory that is gone at the source', { rootIsGone: true }, 'nowhere'],
  ['two roots', { scope: { roots: ['a', 'b'], without: [] } }, 'nowhere'],
  [
    'filters that the operator has tested',
    { filters: { excludes: '*.tmp' }, removeWithFilters: true },
    'filters',
  ],
])('decides where to remove from a part with %s', (_what, facts, where) => {
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
