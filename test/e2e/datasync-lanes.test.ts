/** Two agents, in the sandbox's own time: one that goes offline, and two workers that share both. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, jest, test } from '@jest/globals';
import { agentsOf, isOver } from '../../src/sandbox/world/datasync.ts';
import { openCloud, type CloudMigration } from '../support/migrations/datasync-migration.ts';
import { until } from '../support/processes/processes.ts';

jest.setTimeout(240_000);

let migration: CloudMigration;
afterEach(() => migration.close());

const agents = ['site-a', 'site-b'];
const OFFLINE_FOR_HOURS = 100;

test('chunks of an agent that is offline wait, those of the other are done, and all ends by itself', async () => {
  migration = await openCloud({
    agents,
    time: 'virtual',
    aws: { layout: 'task-per-chunk' },
    spec: { chunks: { roots: ['a', 'b', 'c'] } },
    faults: [
      { after: '0s', agent: 'site-b', is: 'offline' },
      { after: `${OFFLINE_FOR_HOURS}h`, agent: 'site-b', is: 'online' },
    ],
  });
  const { sandbox } = migration;
  sandbox.advance(10 * 60_000);
  await migration.start();
  migration.worker();

  // Chunks 0000 and 0002 are the first agent's.
  const closed = () => migration.ledger('chunk closed').map(({ chunk }) => chunk);
  await migration.passUntil('the other lane is through', () => closed().length === 2);
  expect(closed().sort()).toEqual(['0000', '0002']);
  const { blockedCount, lanes } = await migration.until('the lane is shown', ({ conditions }) =>
    conditions.some(({ name }) => name === 'lane down'),
  );
  expect(blockedCount).toBe(0);
  expect(lanes).toMatchObject([
    { lane: 'agent 1 (site-a)', state: 'closed' },
    { lane: 'agent 2 (site-b)', state: 'open', waits: true },
  ]);
  await until('the chunk says what it waits for', async () => {
    const { stdout } = await migration.longhaul('status', 'm');
    return (
      /parked: agent 2 \(site-b\): offline for/.test(stdout) && /^ +outage +agent 2/m.test(stdout)
    );
  });

  sandbox.advance(OFFLINE_FOR_HOURS * 3_600_000);
  await migration.passUntil('it is done', async () =>
    ['done', 'aborted'].includes((await migration.progress())?.phase ?? ''),
  );

  await migration.proven();
  migration.expectNoStrays();
  expect(migration.ledger('chunk blocked')).toEqual([]);
  const outages = migration.ledger('outage');
  expect(outages.map(({ lane }) => lane)).toEqual(['agent 2 (site-b)']);
  expect(outages[0]!.outageMs).toBeGreaterThan(0);
});

/** The process that took a chunk last. */
function holderOf(chunk: string): number {
  const lease = readFileSync(join(migration.chunkDirectory(chunk), 'lease.json'), 'utf8');
  return Number((JSON.parse(lease) as { holder: string }).holder.split('/')[1]);
}

test('two workers share two agents; one is killed, and the other adopts what it had running', async () => {
  migration = await openCloud({
    agents,
    time: 'virtual',
    spec: { chunks: { roots: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] }, concurrency: { chunks: 4 } },
    directories: ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
  });
  const { world } = migration.sandbox;
  const workers = [migration.worker(), migration.worker()];
  await Promise.all(workers.map((worker) => worker.line(/is ready/)));
  await migration.start();
  const live = () => [...world.executions.values()].filter((execution) => !isOver(execution));
  const chunkOf = (arn: string): string =>
    world.tags.get(arn)!.find(({ Key }) => Key === 'longhaul:chunk')!.Value!;
  const owners = (): readonly number[] => live().map(({ arn }) => holderOf(chunkOf(arn)));
  await migration.passUntil('each has an execution under way', () =>
    workers.every(({ pid }) => owners().includes(pid)),
  );

  const [one, other] = workers;
  const had = live().find(({ arn }) => holderOf(chunkOf(arn)) === one!.pid)!;
  one!.kill();
  expect(await one!.ended).toBe('SIGKILL');
  await until('the other has taken it over', () => holderOf(chunkOf(had.arn)) === other!.pid);
  await migration.passUntil('it is done', async () =>
    ['done', 'aborted'].includes((await migration.progress())?.phase ?? ''),
  );

  await migration.proven();
  migration.expectNoStrays();
  const used = new Set([...world.executions.values()].flatMap(({ task }) => agentsOf(world, task)));
  expect(used.size).toBe(2);
  const lines = migration.ledger('execution').filter(({ arn }) => arn === had.arn);
  expect(lines).toMatchObject([{ chunk: chunkOf(had.arn), status: 'SUCCESS' }]);
});
