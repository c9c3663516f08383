/**
 * When a worker dies at any call to AWS, before the request is sent or before its reply arrives, the next
 * worker completes the round: with equal trees, a closed sum, and each execution started once.
 */
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { closeSum } from '../../../src/model/sum.ts';
import { expectSameTree } from '../../support/trees/oracle.ts';
import type { ChunkSum } from '../../../src/model/round.ts';
import { alterKeepingTime } from '../contract.ts';
import { openRig, strays, type Death, type Rig } from '../../support/aws/datasync-worker.ts';
import { directory, file } from '../../support/trees/tree.ts';

let rig: Rig;
afterEach(() => rmSync(rig.bench.root, { recursive: true, force: true }));

async function seed(death?: Death): Promise<void> {
  rig = openRig(
    { a: file('a'), b: file('b'), d: directory({ x: file('x'), y: file('y') }) },
    // Short times, so that few calls are repeated polls.
    { timings: { historyMs: 1e12, launchMs: [2_000, 4_000], createTaskMs: 40_000 } },
  );
  rig.arm(death);
  expectProven(await rig.round({ number: 1, kind: 'seed', deletes: false }));
}

/** Changes the source, then runs a final round with a repair and a removal. */
async function last(death?: Death): Promise<void> {
  await seed();
  const { source, destination } = rig.bench;
  appendFileSync(join(source, 'a'), ' changed');
  rmSync(join(source, 'b'));
  writeFileSync(join(source, 'c'), 'c');
  alterKeepingTime(join(destination, 'd/x'));
  rig.arm(death);
  const sum = await rig.round({ number: 2, kind: 'final', deletes: true });
  expectProven(sum);
  expect(sum).toMatchObject({ verified: 5, deleted: 1 });
}

function expectProven(sum: ChunkSum): void {
  expectSameTree(rig.bench.source, rig.bench.destination);
  expect(closeSum({ ...sum })).toMatchObject({ closes: true, clean: true });
  expect(strays(rig)).toEqual({ twins: [], live: [], orphans: [] });
}

test.each([
  [
    'the first round',
    seed,
    ['CreateLocationNfs', 'CreateLocationEfs', 'CreateTask', 'GET /reports/'],
  ],
  [
    'the last round',
    last,
    ['StartTaskExecution', 'PUT /reports/longhaul/m/manifests', 'files-deleted'],
  ],
] as const)(
  'the next worker completes %s after a death at any call',
  async (_round, story, contained) => {
    await story();
    const calls = [...rig.calls];
    for (const call of contained) expect(calls.join(' ')).toContain(call);
    let survived = 0;
    for (const [i, call] of calls.entries()) {
      for (const moment of ['before', 'after'] as const) {
        rmSync(rig.bench.root, { recursive: true, force: true });
        await story({ at: i + 1, moment }).catch((error: unknown) => {
          throw new Error(`${moment} call ${i + 1}, ${call}: ${(error as Error).message}`, {
            cause: error,
          });
        });
        survived++;
      }
    }
    expect(survived).toBe(calls.length * 2);
  },
  300_000,
);
