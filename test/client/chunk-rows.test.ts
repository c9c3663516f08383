import { expect, test } from '@jest/globals';
import { printable } from '../../src/paths.ts';
import { withPlan } from '../../src/client/chunk-rows.ts';
import type { ChunkPlan } from '../../src/policy/chunks/plan.ts';

const blocked = { chunk: '0001', state: 'blocked', round: 3 };
const done = { chunk: '0002', state: 'done', round: 3 };

test('the plan adds roots, sizes and chunks that have not started; no chunk is lost', () => {
  const chunk = (id: string, root: string) => ({ id, roots: [root], entries: 5, bytes: 7 });
  const plan = { chunks: [chunk('0000', ''), chunk('0001', 'a\nb')] } as unknown as ChunkPlan;

  expect(withPlan([blocked, done], plan)).toEqual([
    { chunk: '0000', state: 'waiting', entries: 5, bytes: 7, roots: [''] },
    { ...blocked, entries: 5, bytes: 7, roots: [printable('a\nb')] },
    done,
  ]);
});
