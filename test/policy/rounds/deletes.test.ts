import { expect, test } from '@jest/globals';
import {
  capsInForce,
  decideDeletes,
  roundDeletes,
  type DeleteFacts,
} from '../../../src/policy/rounds/deletes.ts';

const caps = { maxCount: 50, maxPercent: 10 };
const facts: DeleteFacts = { roundDeletes: true, candidates: 10, entries: 100, leaseHeld: true };

test.each<[string, Partial<DeleteFacts>, object]>([
  [
    'exactly the percentage',
    {},
    { action: 'delete', because: '10 of 100 entries, within the limits' },
  ],
  [
    'exactly the count',
    { candidates: 50, entries: 500 },
    { action: 'delete', because: '50 of 500 entries, within the limits' },
  ],
  ['nothing', { candidates: 0 }, { action: 'nothing', because: 'nothing is gone at the source' }],
  [
    'a round without deletes',
    { roundDeletes: false },
    { action: 'count only', because: '10 gone at the source; this round deletes nothing' },
  ],
  [
    'one above the percentage',
    { candidates: 11 },
    {
      action: 'refuse',
      code: 'DELETE_REFUSED',
      because: '11 of 100 entries (11.0 %) would be deleted, limit 10 % (deletes.maxPercent)',
    },
  ],
  [
    'slightly above the percentage',
    { candidates: 2, entries: 19 },
    {
      action: 'refuse',
      code: 'DELETE_REFUSED',
      because: '2 of 19 entries (10.5 %) would be deleted, limit 10 % (deletes.maxPercent)',
    },
  ],
  [
    'one above the count',
    { candidates: 51, entries: 5000 },
    {
      action: 'refuse',
      code: 'DELETE_REFUSED',
      because: '51 of 5000 entries (1.0 %) would be deleted, limit 50 (deletes.maxCount)',
    },
  ],
  [
    'both limits, with one of the names',
    { candidates: 51, first: 'a/%0A' },
    {
      action: 'refuse',
      code: 'DELETE_REFUSED',
      because:
        '51 of 100 entries (51.0 %) would be deleted, limit 50 (deletes.maxCount) and 10 % (deletes.maxPercent); one of them: a/%0A',
    },
  ],
  [
    'candidates in a chunk that never had entries',
    { candidates: 1, entries: 0 },
    {
      action: 'refuse',
      code: 'DELETE_REFUSED',
      because: '1 of 0 entries (100.0 %) would be deleted, limit 10 % (deletes.maxPercent)',
    },
  ],
  [
    'a source in doubt',
    { sourceInDoubt: 'another device' },
    {
      action: 'refuse',
      code: 'SOURCE_CHANGED_IDENTITY',
      because: 'the source is in doubt: another device',
    },
  ],
  [
    'a lost lease',
    { leaseHeld: false },
    { action: 'refuse', code: 'FENCED', because: 'another worker has this chunk' },
  ],
])('decideDeletes decides about %s', (_what, changes, decision) => {
  expect(decideDeletes({ ...facts, ...changes }, caps)).toEqual(decision);
});

test.each([
  ['nothing', undefined, 10, true],
  ['neither', {}, 11, false],
  ['a count', { count: 80 }, 80, true],
  ['a count, and one more', { count: 80 }, 81, false],
  ['a count below the caps', { count: 5 }, 6, false],
  ['a share', { percent: 60 }, 60, true],
  ['a share, and one more', { percent: 60 }, 61, false],
  ['both, the count reached', { count: 30, percent: 60 }, 31, false],
  ['both, the share reached', { count: 80, percent: 60 }, 61, false],
  ['both, within them', { count: 80, percent: 60 }, 60, true],
] as const)(
  'capsInForce applies what an operator allowed: %s',
  (_, allowance, candidates, deletes) => {
    const decision = decideDeletes({ ...facts, candidates }, capsInForce(caps, allowance));
    expect(decision.action).toBe(deletes ? 'delete' : 'refuse');
  },
);

test.each([
  ['final', 'seed', false],
  ['final', 'catch-up', false],
  ['final', 'final', true],
  ['final', 'rehearsal', false],
  ['every round', 'seed', false],
  ['every round', 'catch-up', true],
  ['every round', 'final', true],
  ['every round', 'rehearsal', false],
  ['never', 'final', false],
  ['never', 'catch-up', false],
] as const)('roundDeletes: with deletes "%s", a %s round deletes: %s', (when, kind, deletes) => {
  expect(roundDeletes(when, kind)).toBe(deletes);
});
