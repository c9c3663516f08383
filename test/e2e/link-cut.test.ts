/**
 * The link to the source drops in mid-copy. All chunks wait at once, one probe at a time asks for all, no
 * attempt is used up, and they go on by themselves; the time it took is told.
 */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import type { Snapshot } from '../../src/client/snapshot.ts';
import type { Link } from '../../src/demo/link/link.ts';
import { formatDuration } from '../../src/units.ts';
import { linkMissing, openLink } from '../support/migrations/demo-link.ts';
import { openMigration, type Migration } from '../support/migrations/migration.ts';
import { until } from '../support/processes/processes.ts';
import { isCopying } from '../support/trees/tree.ts';

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

/** The server would have tried an activity again after 2, 6 and 14 s. */
const OUTAGE_MS = 15_000;
const PROBE_EVERY_MS = 1_000;
const CHUNKS = ['0000', '0001', '0002'];

interface OpenLink {
  readonly name: string;
  readonly probes: number;
  readonly sinceMs: number;
}
const breaker = (): OpenLink =>
  JSON.parse(
    readFileSync(join(migration.state, 'migrations', 'm', 'link.json'), 'utf8'),
  ) as OpenLink;

/** What `longhaul status` shows of each running chunk, when all are parked. */
async function allParked(): Promise<readonly string[] | undefined> {
  const { stdout } = await migration.longhaul('status', 'm', '--json');
  const { running } = JSON.parse(stdout) as Snapshot;
  const reasons = running.map(({ because = '' }) => because);
  const parked = reasons.filter((because) => /^parked: the link is down/.test(because));
  return parked.length === CHUNKS.length ? parked : undefined;
}

const testLink = linkMissing === undefined ? test : test.skip;
testLink(
  `longhaul worker, the link of three chunks is cut in copy${linkMissing ?? ''}`,
  async () => {
    fill();
    link = await openLink(far);
    await link.slow(300_000, 5);
    migration = await openMigration({
      spec: {
        chunks: { maxEntries: 9 },
        concurrency: { chunks: 3 },
        // An attempt that is lost by a slow machine is not one that the outage used up.
        timing: { heartbeatTimeout: '60s', probeIntervalMax: '1s' },
      },
      sourcePath: link.mountPoint,
    });
    await migration.start();
    // They share the breaker.
    migration.worker();
    migration.worker();
    await migration.until(
      'all chunks copy',
      ({ round }) => round?.running.length === CHUNKS.length,
    );
    await until('a file is on its way', () => isCopying(migration.destination));

    await link.cut();
    await migration.until('the link is down', ({ conditions }) =>
      conditions.some(({ name }) => name === 'link down'),
    );
    await until('every running chunk is parked and says why', allParked);
    const before = breaker();
    await new Promise((resolve) => setTimeout(resolve, OUTAGE_MS));
    const after = breaker();
    expect(await allParked()).toBeDefined();

    // Three parked steps of two workers, and one probe at a time.
    expect(after.sinceMs).toBe(before.sinceMs);
    const most = (Date.now() - after.sinceMs) / PROBE_EVERY_MS + 1;
    expect(after.probes).toBeGreaterThan(before.probes);
    expect(after.probes).toBeLessThanOrEqual(most);
    expect((await migration.progress())?.blockedCount).toBe(0);

    await link.restore();
    await link.slow(0, 0);
    await migration.done();

    const outages = migration.ledger('outage');
    const outageMs = outages.reduce((sum, one) => sum + one.outageMs, 0);
    expect(outageMs).toBeGreaterThan(OUTAGE_MS);
    expect((await migration.progress())?.outageMs).toBe(outageMs);
    expect((await migration.longhaul('status', 'm')).stdout).toMatch(
      new RegExp(`outage +${formatDuration(outageMs)}`),
    );
    expect(migration.ledger('chunk blocked')).toEqual([]);
    for (const chunk of CHUNKS) {
      const attempts = await migration.attempts(chunk, 1);
      expect(new Set(attempts)).toEqual(new Set([1]));
    }
    await migration.proven({ source: far, times: 'seconds' });
  },
);
