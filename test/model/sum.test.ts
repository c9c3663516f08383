import { expect, test } from '@jest/globals';
import { addSums, closeSum } from '../../src/model/sum.ts';

const ended = { verified: 5, excluded: 1, excepted: 1, deleted: 1, vanished: 1 };

test('closes and is clean when every entry is at its end', () => {
  expect(closeSum({ seen: 9, ...ended })).toEqual({
    closes: true,
    clean: true,
    open: 0,
    difference: 0,
    because: 'all 9 entries are accounted for',
  });
});

test('closes but is not clean while entries are open, and says which', () => {
  expect(
    closeSum({ seen: 19, ...ended, blocked: 1, drifted: 2, awaitingDelete: 3, unverified: 4 }),
  ).toEqual({
    closes: true,
    clean: false,
    open: 10,
    difference: 0,
    because:
      '10 of 19 entries are open: 1 blocked, 2 changed while copied, 3 awaiting delete, 4 not verified',
  });
});

test.each([
  [10, 1, '1 of 10 entries are in no state'],
  [7, -2, '2 entries are in more than one state'],
])('does not close with %d seen', (seen, difference, because) => {
  expect(closeSum({ seen, ...ended })).toMatchObject({
    closes: false,
    clean: false,
    difference,
    because,
  });
});

test('adds sums name by name', () => {
  expect(addSums([{ seen: 1, blocked: 1 }, {}, { seen: 2, deleted: 3 }])).toEqual({
    seen: 3,
    blocked: 1,
    deleted: 3,
  });
});
