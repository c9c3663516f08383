/** Pages of the chunk plan, which a round reads one by one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { planningActivities } from '../../src/activities/planning.ts';
import { idOf, planChunks } from '../../src/policy/chunks/plan-chunks.ts';
import type { ChunkPlan } from '../../src/policy/chunks/plan.ts';
import { openStateDirectory, type StateDirectory } from '../../src/state/state-directory.ts';

let root: string;
let state: StateDirectory;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'planning-'));
  state = openStateDirectory(root, { create: true });
});
afterEach(() => rmSync(root, { recursive: true }));

const listChunks = (after: string | undefined, limit: number) =>
  planningActivities({ deps: { state } } as never).listChunks({
    migration: 'm',
    limit,
    ...(after === undefined ? {} : { after }),
  });

function planOf(count: number): ChunkPlan {
  const plan = planChunks(
    [{ path: '', entries: 1, bytes: 1 }],
    { maxEntries: 10, maxBytes: 10 },
    { now: 0 },
  );
  const [chunk] = plan.chunks;
  const chunks = Array.from({ length: count }, (_, i) => ({
    ...chunk!,
    id: idOf(i),
    roots: i === 0 ? [''] : [`d${i}`],
  }));
  return { ...plan, chunks };
}

test('pages contain every chunk once, also after the 10,000th, whose id is longer', async () => {
  state.migration('m').writePlan(planOf(10_300));

  const ids: string[] = [];
  for (;;) {
    const page = await listChunks(ids.at(-1), 1000);
    if (page.ids.length === 0) break;
    ids.push(...page.ids);
  }

  expect(ids.length).toBe(10_300);
  expect(new Set(ids).size).toBe(10_300);
  expect(ids.slice(9_999, 10_001)).toEqual(['9999', '10000']);
});

test('a missing plan is reported as damage, not as a round without chunks', async () => {
  await expect(listChunks(undefined, 1000)).rejects.toMatchObject({ type: 'STATE_DAMAGED' });
});
