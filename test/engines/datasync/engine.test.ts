/** Behaviour beyond the engine contract: splits, retries, bandwidth, timeouts, cancellation and lanes. */
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { StepProgress } from '../../../src/model/round.ts';
import { closeSum } from '../../../src/model/sum.ts';
import { agentsOf } from '../../../src/sandbox/world/datasync.ts';
import { openBench, type Bench } from '../contract.ts';
import { expectSameTree } from '../../support/trees/oracle.ts';
import {
  sandboxEngine,
  type SandboxEngine,
  type SandboxEngineOptions,
} from '../../support/aws/datasync-bench.ts';
import { directory, file } from '../../support/trees/tree.ts';

let bench: Bench;
let kind: SandboxEngine;
afterEach(async () => {
  await bench.engine.dispose();
  rmSync(bench.root, { recursive: true, force: true });
});

const TREE = {
  // Half an hour at one byte per second: every phase is observed.
  big: directory({ a: file('a'.repeat(2000)), b: file('b') }),
  small: directory({ c: file('c') }),
  top: file('t'),
};

function open(options: SandboxEngineOptions = {}, spec: object = {}): void {
  kind = sandboxEngine({ aws: { removeWithFilters: true }, ...options });
  bench = openBench(kind, TREE, spec);
}

const purposes = (): string[] =>
  kind.told.map(({ purpose, end }) => `${purpose} ${end.errorCode ?? end.status}`);

describe('a chunk that is too big for its agent', () => {
  const tooBig = { execution: 2, fail: 'NoMem', detail: 'Cannot allocate memory', in: 'PREPARING' };

  test('is split along its known directories, and copied', async () => {
    open({ faults: [tooBig] });
    await bench.round({ number: 1, kind: 'seed', deletes: false });

    const { sum, copy } = await bench.round({ number: 2 });

    expectSameTree(bench.source, bench.destination);
    expect(copy.counters['executions']).toBe(3);
    expect(closeSum({ ...sum })).toMatchObject({ closes: true, clean: true });
  });

  test('without a known directory needs the operator', async () => {
    open({ faults: [{ ...tooBig, execution: 1 }] });

    await expect(bench.round()).rejects.toMatchObject({ code: 'CHUNK_TOO_BIG' });
  });
});

describe('failures', () => {
  test('of unknown kind block the chunk after three executions, and a retry runs new ones', async () => {
    open({ faults: [1, 2, 3].map((execution) => ({ execution, fail: 'Odd', detail: 'thing' })) });

    await expect(bench.round({ number: 1 })).rejects.toMatchObject({ code: 'EXECUTION_FAILED' });
    expect(kind.told).toHaveLength(3);
    await bench.round({ number: 1 });

    expectSameTree(bench.source, bench.destination);
  });

  test('of an agent that went offline use no attempts', async () => {
    open({
      faults: [{ after: '4m', link: 'down' }],
      timings: { linkBytesPerSecond: 1, createTaskMs: 0 },
    });

    await expect(bench.round({ number: 1 })).rejects.toMatchObject({ code: 'AGENT_OFFLINE' });
    await expect(bench.engine.probe(bench.spec)).rejects.toMatchObject({ code: 'AGENT_OFFLINE' });
  });

  test('to leave LAUNCHING are cancelled, and a new execution is started', async () => {
    open({ faults: [{ execution: 1, stuck: true }] });

    await bench.round();

    expectSameTree(bench.source, bench.destination);
    expect(purposes().slice(0, 2)).toEqual(['copy StuckLaunching', 'copy SUCCESS']);
  });
});

test('a bandwidth limit is set at the start, and changed while an execution runs', async () => {
  const limits = new Set<number>();
  const phases = new Set<string>();
  open({ timings: { linkBytesPerSecond: 1_000_000 } });
  bench.engine.adjust(1);
  const onProgress = ({ phase = '' }: StepProgress): void => {
    phases.add(phase);
    for (const { options } of kind.cloud().world.executions.values())
      limits.add(options.BytesPerSecond);
    if (phase === 'transferring') bench.engine.adjust(500_000);
  };

  await bench.round({}, { onProgress });

  expect([...limits].slice(0, 2)).toEqual([1, 500_000]);
  expect([...phases]).toEqual(expect.arrayContaining(['launching', 'transferring']));
});

test('a removal that announces more than our own list has is cancelled before it removes', async () => {
  open();
  await bench.round({ number: 1, kind: 'seed', deletes: false });
  rmSync(join(bench.source, 'top'));
  const job = () => bench.job({ number: 2, kind: 'final' });
  await bench.engine.scan(job());
  await bench.engine.copy(job());
  await bench.engine.verify(job());
  rmSync(join(bench.source, 'big'), { recursive: true });

  await expect(bench.engine.deletePass(job())).rejects.toMatchObject({
    code: 'DELETE_REFUSED',
    message: 'DataSync would delete 4 entries, our own list has 1; the execution was cancelled',
  });

  expect(readdirSync(bench.destination).sort()).toEqual(['big', 'small', 'top']);

  // The next try lists the source again, and uses that list.
  await bench.round({ number: 2, kind: 'final' });
  expect(readdirSync(bench.destination)).toEqual(['small']);
});

test('an empty list of the source is read again when the chunk is retried', async () => {
  open();
  await bench.round({ number: 1, kind: 'seed', deletes: false });
  const away = `${bench.source}.away`;
  renameSync(bench.source, away);
  mkdirSync(bench.source);
  const final = () => bench.round({ number: 2, kind: 'final' });
  await expect(final()).rejects.toMatchObject({ code: 'SOURCE_CHANGED_IDENTITY' });
  rmSync(bench.source, { recursive: true });
  renameSync(away, bench.source);
  rmSync(join(bench.source, 'top'));

  await final();

  expect(readdirSync(bench.destination).sort()).toEqual(['big', 'small']);
});

describe('a copy that differs', () => {
  test('after all repairs is repaired again when the chunk is retried', async () => {
    open({ faults: [{ file: '/top', is: 'mismatched', times: 3 }] });
    const seed = () => bench.round({ number: 1, kind: 'seed', deletes: false });
    const { verify } = await seed();
    expect(verify).toMatchObject({ blocked: 1, open: [{ path: 'top', code: 'CORRUPT_COPY' }] });

    const { verify: again, sum } = await seed();

    expect(again).toMatchObject({ blocked: 0, counters: { repaired: 1 } });
    expect(closeSum({ ...sum })).toMatchObject({ closes: true, clean: true });
    expect(purposes().filter((purpose) => purpose.startsWith('repair'))).toHaveLength(3);
  });

  test('and cannot be read by the repair is repaired when the chunk is retried', async () => {
    open({
      faults: [
        { file: '/top', is: 'mismatched', times: 1 },
        { file: '/top', is: 'unreadable', times: 2 },
      ],
    });
    const seed = () => bench.round({ number: 1, kind: 'seed', deletes: false });
    const { verify } = await seed();
    expect(verify).toMatchObject({
      blocked: 1,
      open: [{ path: 'top', code: 'PERMISSION_DENIED' }],
    });

    const { verify: again } = await seed();

    expect(again).toMatchObject({ blocked: 0, counters: { repaired: 1 } });
  });

  test('of a file that is gone before the repair lists it is left to the next round', async () => {
    open({ faults: [{ file: '/top', is: 'mismatched', times: 1 }] });
    const seed = () => bench.job({ number: 1, kind: 'seed', deletes: false });
    await bench.engine.scan(seed());
    await bench.engine.copy(seed());
    rmSync(join(bench.source, 'top'));

    const verify = await bench.engine.verify(seed());
    expect(verify).toMatchObject({
      blocked: 0,
      open: [{ path: 'top', code: 'CHANGED_WHILE_COPYING' }],
    });
    await bench.engine.close(seed());

    const { sum } = await bench.round({ number: 2, kind: 'final' });
    expect(closeSum({ ...sum })).toMatchObject({ closes: true, clean: true });
    expectSameTree(bench.source, bench.destination);
  });

  test('of a file that the repair reports as vanished is deleted by a later round', async () => {
    open({
      faults: [
        { file: '/top', is: 'mismatched', times: 1 },
        { file: '/top', is: 'vanished', times: 1 },
      ],
    });
    const { sum } = await bench.round({ number: 1, kind: 'seed', deletes: false });
    expect(closeSum({ ...sum })).toMatchObject({ closes: true });
    rmSync(join(bench.source, 'top'));

    await bench.round({ number: 2, kind: 'final' });

    expectSameTree(bench.source, bench.destination);
  });
});

describe('with two agents, one of which goes offline', () => {
  const agentNames = ['agent-1', 'agent-2'];
  const offline = { after: '4m', agent: 'agent-1', is: 'offline' };
  // At one byte per second the first execution runs at that time, and long after.
  const timings = { linkBytesPerSecond: 1, createTaskMs: 0 };
  const agentOf = ({ end }: (typeof kind.told)[number]): string | undefined => {
    const { executions } = kind.cloud().world;
    return agentsOf(kind.cloud().world, executions.get(end.arn)!.task)[0]?.name;
  };

  test('the chunk moves to the other agent after its execution has ended', async () => {
    open({ agentNames, faults: [offline], timings });
    const lanes = bench.engine.lanes!();

    const failed = await bench.round({ number: 1 }).catch((error: unknown) => error);
    await bench.round({ number: 1 });

    expect(failed).toMatchObject({ code: 'AGENT_OFFLINE', lanes: ['agent 1 (agent-1)'] });
    expect(lanes.of('0000')).toEqual(['agent 1 (agent-1)', 'agent 2 (agent-2)']);
    await expect(bench.engine.probe(bench.spec)).resolves.toBeUndefined();
    await expect(bench.engine.probe(bench.spec, lanes.names[0])).rejects.toMatchObject({
      code: 'AGENT_OFFLINE',
    });
    expectSameTree(bench.source, bench.destination);
    expect(purposes().slice(0, 2)).toEqual(['copy AgentOffline', 'copy SUCCESS']);
    expect(kind.told.map(agentOf)).toEqual(['agent-1', ...kind.told.slice(1).map(() => 'agent-2')]);
    const [first, second] = [...kind.cloud().world.executions.values()];
    expect(second!.requestedAt).toBeGreaterThanOrEqual(first!.endedAt!);
  });

  test('only the chunks of that agent wait when each chunk has a task', async () => {
    open({ agentNames, faults: [offline], timings, aws: { layout: 'task-per-chunk' } });
    const part = (id: string, root: string) => ({
      chunk: { id, roots: [root], without: [], entries: 0, bytes: 0 },
    });

    const failed = await bench
      .round({ number: 1 }, part('0002', 'big'))
      .catch((error: unknown) => error);
    const { sum } = await bench.round({ number: 1, deletes: false }, part('0001', 'small'));

    expect(failed).toMatchObject({ code: 'AGENT_OFFLINE', lanes: ['agent 1 (agent-1)'] });
    const lanes = bench.engine.lanes!();
    expect(['0001', '0002'].map((chunk) => lanes.of(chunk))).toEqual([
      ['agent 2 (agent-2)'],
      ['agent 1 (agent-1)'],
    ]);
    expect(closeSum({ ...sum })).toMatchObject({ closes: true, clean: true });
  });
});

describe('an abort', () => {
  const slow = { timings: { linkBytesPerSecond: 1 } };

  test('waits until the execution has ended', async () => {
    open(slow);
    const abort = new AbortController();
    const onProgress = ({ phase }: StepProgress): void =>
      void (phase === 'transferring' && abort.abort());

    await expect(bench.round({}, { signal: abort.signal, onProgress })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });

    expect([...kind.cloud().world.executions.values()].map(({ status }) => status)).toEqual([
      'ERROR',
    ]);
  });

  test('by a worker shutdown leaves the execution running, and the next worker adopts it', async () => {
    open(slow);
    const abort = new AbortController();
    const onProgress = (): void => abort.abort(new Error('WORKER_SHUTDOWN'));

    await expect(
      bench.round({ number: 1 }, { signal: abort.signal, onProgress }),
    ).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect([...kind.cloud().world.executions.values()].map(({ endedAt }) => endedAt)).toEqual([
      undefined,
    ]);
    await bench.round({ number: 1 });

    expectSameTree(bench.source, bench.destination);
    expect(kind.told.filter(({ purpose }) => purpose === 'copy')).toHaveLength(1);
  });
});

describe('an existing location of the migration', () => {
  const files = (): string[] => readdirSync(bench.root, { recursive: true, encoding: 'utf8' });
  const efsLocations = () =>
    [...kind.cloud().world.locations.values()].filter((one) => one.kind === 'efs');
  /** Deletes what workers remember of resources, and the tasks. */
  const forget = (): void => {
    const memory = files().filter((path) => path.endsWith('datasync-resources.json'));
    expect(memory).toHaveLength(1);
    for (const path of memory) rmSync(join(bench.root, path));
    for (const arn of kind.cloud().world.tasks.keys()) kind.cloud().world.tasks.delete(arn);
  };

  test.each([
    ['is used when it mounts as desired', {}, 1],
    ['is not used without TLS', { InTransitEncryption: 'NONE' }, 2],
    [
      'is not used with another role',
      { FileSystemAccessRoleArn: 'arn:aws:iam::111122223333:role/x' },
      2,
    ],
  ])('%s', async (_, altered, locations) => {
    open();
    await bench.round({ number: 1, kind: 'seed', deletes: false });
    const [location] = efsLocations();
    Object.assign(location!.fields, altered);
    forget();

    await bench.round({ number: 2 });

    expect(efsLocations()).toHaveLength(locations);
    expectSameTree(bench.source, bench.destination);
  });
});
