/** Two workers share the chunks; one is killed with -9, and the other takes over what it had. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { openMigration, type Migration } from '../support/migrations/migration.ts';
import { until } from '../support/processes/processes.ts';
import { isCopying } from '../support/trees/tree.ts';

let migration: Migration;
afterEach(() => migration.close());

const CHUNKS = ['0000', '0001', '0002', '0003', '0004', '0005', '0006', '0007'];

/** chunk → process id of the worker that took it last. */
function holders(): Map<string, number> {
  const found = new Map<string, number>();
  for (const chunk of CHUNKS) {
    try {
      const lease = readFileSync(join(migration.chunkDirectory(chunk), 'lease.json'), 'utf8');
      found.set(chunk, Number((JSON.parse(lease) as { holder: string }).holder.split('/')[1]));
    } catch {
      // Nobody has taken it yet.
    }
  }
  return found;
}

test('longhaul worker twice, kill -9 of one in copy', async () => {
  migration = await openMigration({
    spec: {
      link: { bandwidth: '2 Mbit/s' },
      chunks: { maxEntries: 9 },
      concurrency: { chunks: 4 },
    },
  });
  for (let d = 0; d < CHUNKS.length; d++) {
    mkdirSync(join(migration.source, `d${d}`));
    for (let f = 0; f < 8; f++)
      writeFileSync(join(migration.source, `d${d}`, `f${f}`), Buffer.alloc(150_000, `${d} ${f}`));
  }
  const [one, other] = [migration.worker(), migration.worker()];
  await Promise.all([one.line(/is ready/), other.line(/is ready/)]);
  await migration.start();

  await until('both have chunks, and copy', () => {
    const pids = new Set(holders().values());
    return pids.has(one.pid) && pids.has(other.pid) && isCopying(migration.destination);
  });
  one.kill();
  expect(await one.ended).toBe('SIGKILL');
  expect(await migration.longhaul('set-bandwidth', 'm', 'none')).toMatchObject({ exit: 0 });
  await migration.done();

  expect(holders()).toEqual(new Map(CHUNKS.map((chunk) => [chunk, other.pid])));
  await migration.proven();
});
