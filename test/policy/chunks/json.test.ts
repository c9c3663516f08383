import { expect, test } from '@jest/globals';
import { planChunks } from '../../../src/policy/chunks/plan-chunks.ts';
import { parsePlan, planToJson } from '../../../src/policy/chunks/json.ts';

const limits = { maxEntries: 10, maxBytes: 1000, bytesPerSecond: 1, overheadMs: 5 };
const summaries = [
  { path: '', entries: 2, bytes: 0 },
  { path: 'a\n\xff', entries: 9, bytes: 0 },
  { path: 'b', entries: 8, bytes: 0 },
];
interface PlanJson {
  version: number;
  limits: { maxBytes?: number };
  totals: { bytes: number };
  chunks: { id: string; roots: string[] }[];
}
const valid = (): PlanJson => {
  const plan = planChunks(summaries, limits, { now: 0 });
  return JSON.parse(JSON.stringify(planToJson(plan))) as PlanJson;
};
const chunkAt = (json: PlanJson, index: number) => json.chunks[index] ?? { id: '', roots: [] };

test('a plan is written with printable paths and read back as bytes', () => {
  const json = valid();

  expect(json.chunks[1]).toEqual({ id: '0001', roots: ['a%0A%FF'], entries: 10, bytes: 0 });
  expect(parsePlan(json).chunks[0]?.without).toEqual(['a\n\xff']);
});

test.each<[string, (json: PlanJson) => unknown]>([
  ['version: expected 1, found 2', (json) => (json.version = 2)],
  ['totals.bytes: expected a number from 0 up, found -1', (json) => (json.totals.bytes = -1)],
  ['chunks: expected a list, found nothing', (json) => Object.assign(json, { chunks: undefined })],
  [
    'chunks[1].roots: expected at least one root, found []',
    (json) => (chunkAt(json, 1).roots = []),
  ],
  [
    'chunks[1].id: expected an id of at least four digits, found "x"',
    (json) => (chunkAt(json, 1).id = 'x'),
  ],
  ['chunk 0000: the id appears twice', (json) => json.chunks.push(chunkAt(json, 0))],
  ['chunk 0001: b is a root of chunk 0001 too', (json) => (chunkAt(json, 1).roots = ['b', 'b'])],
  [
    'chunk 0001: b/../c is not a path inside the tree',
    (json) => (chunkAt(json, 1).roots = ['b/../c']),
  ],
  ['chunk 0001: /b is not a path inside the tree', (json) => (chunkAt(json, 1).roots = ['/b'])],
  [
    'chunk 0001: b/c lies inside its own root "b"',
    (json) => (chunkAt(json, 1).roots = ['b', 'b/c']),
  ],
  ['chunk 0000: c lies inside its own root ""', (json) => chunkAt(json, 0).roots.push('c')],
  ['chunk 0000: expected the root "", found no such root', (json) => json.chunks.shift()],
  [
    'limits.maxBytes: expected a number from 0 up, found nothing',
    (json) => delete json.limits.maxBytes,
  ],
])('a damaged plan is rejected: %s', (problem, damage) => {
  const json = valid();
  damage(json);

  expect(() => parsePlan(json)).toThrow(expect.objectContaining({ code: 'SPEC_INVALID' }));
  expect(() => parsePlan(json)).toThrow(problem);
});

test('a damaged plan is rejected with all its problems', () => {
  expect(() => parsePlan({ version: 3, chunks: 'none' })).toThrow(
    /version: expected 1, found 3\n.*revision: .*\n.*chunks: expected a list|chunks: expected a list[^]*revision/,
  );
});
