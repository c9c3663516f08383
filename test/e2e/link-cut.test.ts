/** The link to the source drops in mid-copy. All chunks wait, no attempt is used up, and they go on by themselves. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import type { Link } from '../../src/demo/link.ts';
import { linkMissing, openLink } from '../support/link.ts';
import { openMigration, type Migration } from '../support/migration.ts';
import { until } from '../support/processes.ts';
import { leftovers } from '../support/tree.ts';

let migration: Migration;
let link: Link | undefined;
let far: string;
afterEach(async () => {
  await migration.stop();
  await link?.close();
  await migration.close();
  rmSync(far, { recursive: true, force: true });
});

/** As a tree on the far side: everybody may read it. */
function fill(): void {
  far = mkdtempSync(join(tmpdir(), 'longhaul-far-'));
  chmodSync(far, 0o755);
  for (const name of ['a', 'b', 'c']) {
    mkdirSync(join(far, name));
    for (let f = 0; f < 8; f++)
      writeFileSync(join(far, name, `f${f}`), Buffer.alloc(300_000, `${name}${f}`));
  }
}

const OUTAGE_MS = 4_000;
const testLink = linkMissing === undefined ? test : test.skip;
testLink(`longhaul worker, the link is cut in copy${linkMissing ?? ''}`, async () => {
  fill();
  link = await openLink(far);
  await link.slow(300_000, 5);
  migration = await openMigration({
    spec: { chunks: { maxEntries: 9 } },
    sourcePath: link.mountPoint,
  });
  await migration.start();
  migration.worker();
  await until('it copies', () => leftovers(migration.destination).length > 0);

  await link.cut();
  const down = await migration.until('the link is down', ({ conditions }) =>
    conditions.some(({ name }) => name === 'link down'),
  );
  expect(down.blockedCount).toBe(0);
  await until('a chunk says that it is parked', async () =>
    /parked/.test((await migration.longhaul('status', 'm')).stdout),
  );
  await new Promise((resolve) => setTimeout(resolve, OUTAGE_MS));
  await link.restore();
  await link.slow(0, 0);
  await migration.done();

  const outages = migration.ledger('outage');
  expect(outages.length).toBeGreaterThan(0);
  expect(outages.reduce((sum, { outageMs }) => sum + outageMs, 0)).toBeGreaterThan(OUTAGE_MS);
  expect(migration.ledger('chunk blocked')).toEqual([]);
  await migration.proven({ source: far, times: 'seconds' });
});
