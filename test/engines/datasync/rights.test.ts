/** `longhaul iam-policy --phase run` allows exactly the calls that the engine makes. */
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { toIamFacts } from '../../../src/aws/iam-facts.ts';
import { IAM_PHASES } from '../../../src/policy/iam/phases.ts';
import { dataSyncSpec } from '../../../src/spec/kinds.ts';
import { openRig, type Rig } from '../../support/aws/datasync-worker.ts';
import { directory, file } from '../../support/trees/tree.ts';

let rig: Rig;
afterEach(() => rmSync(rig.bench.root, { recursive: true, force: true }));

/** Returns the calls of two rounds with a copy and a removal through mirrored locations. */
async function calls(layout: string): Promise<string[]> {
  rig = openRig(
    { d: directory({ x: file('x'), y: file('y') }) },
    { aws: { layout }, timings: { historyMs: 1e12 } },
  );
  rig.arm();
  const chunk = { ...rig.bench.job({ number: 1 }).chunk, roots: ['d'] };
  await rig.round({ number: 1, kind: 'seed', deletes: false }, { chunk });
  appendFileSync(join(rig.bench.source, 'd/x'), ' changed');
  rmSync(join(rig.bench.source, 'd/y'));
  await rig.round({ number: 2, kind: 'final', deletes: true }, { chunk });
  return [...new Set(rig.calls)].filter((call) => /^[A-Z][A-Za-z]+$/.test(call));
}

test.each(['pool', 'task-per-chunk'])(
  'the policy allows what the engine calls with the layout %s',
  async (layout) => {
    const made = await calls(layout);
    const { Statement } = IAM_PHASES.run.build(toIamFacts(dataSyncSpec(rig.bench.spec)));
    const allowed = Statement.flatMap(({ Action }) => Action).map((action) => action.split(':')[1]);

    expect(made).toEqual(
      expect.arrayContaining(['CreateLocationEfs', 'CreateTask', 'DeleteTask', 'DeleteLocation']),
    );
    expect(made.filter((call) => !allowed.includes(call))).toEqual([]);
    // Needed for resources of another worker, lost replies, changed limits and aborted rounds.
    const elsewhere = [
      'CancelTaskExecution',
      'DescribeLocationEfs',
      'DescribeLocationNfs',
      'ListTagsForResource',
      'ListTaskExecutions',
      'TagResource',
      'UpdateTaskExecution',
    ];
    const unused = Statement.flatMap(({ Action }) => Action)
      .filter((action) => action.startsWith('datasync:'))
      .map((action) => action.slice('datasync:'.length))
      .filter((action) => !made.includes(action));
    expect(unused.sort()).toEqual(elsewhere);
  },
);
