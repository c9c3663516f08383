/**
 * The worker is killed with -9 on an exact line of each step, by a tracer that waits for the system
 * call. Another worker goes on and redoes at most one batch.
 */
import { mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { killAtMissing, openMigration, type Migration } from '../support/migrations/migration.ts';
import { PATIENCE_MS, type Started } from '../support/processes/processes.ts';
import { leftovers } from '../support/trees/tree.ts';

/** Of copy and verify: entries between two durable lines of their journals (src/engines/posix). */
const BATCH_ENTRIES = 4_096;
/** At most handed to the threads beyond a batch. */
const UNDER_WAY = 1_024;

let migration: Migration;
afterEach(() => migration.close());

function fill(source: string, directories: number, filesEach: number): void {
  for (let d = 0; d < directories; d++) {
    const directory = join(source, `d${String(d).padStart(3, '0')}`);
    mkdirSync(directory);
    for (let f = 0; f < filesEach; f++) writeFileSync(join(directory, `f${f}`), `${d} ${f}\n`);
    symlinkSync('f1', join(directory, 'link'));
  }
}

/** path → inode: a file that is copied again gets another one. */
function inodes(tree: string): Map<string, number> {
  const entries = readdirSync(tree, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.longhaul'));
  const paths = files.map(({ parentPath, name }) => join(parentPath, name));
  return new Map(paths.map((path) => [path, statSync(path).ino]));
}

async function killed(worker: Started): Promise<void> {
  const late = new Promise<string>((resolve) => {
    setTimeout(() => resolve(`still running:\n${worker.output()}`), PATIENCE_MS).unref();
  });
  expect(await Promise.race([worker.ended, late])).toBe('SIGKILL');
}

const inRound = (round: number, file: string): string =>
  join(migration.chunkDirectory('0000'), `round-${round}`, file);

async function goesOn(): Promise<void> {
  migration.worker();
  await migration.done();
  await migration.proven();
}

const describeKills = killAtMissing === undefined ? describe : describe.skip;
describeKills(`-9${killAtMissing === undefined ? '' : ` (${killAtMissing})`}`, () => {
  test('longhaul worker, kill -9 in scan', async () => {
    migration = await openMigration();
    fill(migration.source, 300, 2);
    await migration.start();

    const shard = inRound(1, 'scan.shard');
    await killed(migration.worker({ killAt: { call: 'write', path: shard, nth: 8 } }));
    await goesOn();

    const { scan } = await migration.results('0000', 1);
    expect(scan!.counters['resumed']).toBeGreaterThan(10);
    expect(scan!.counters['listed']! + scan!.counters['resumed']!).toBe(301);
  });

  test('longhaul worker, kill -9 in copy', async () => {
    migration = await openMigration();
    fill(migration.source, 50, 110);
    await migration.start();

    const journal = inRound(1, 'copy.journal');
    await killed(migration.worker({ killAt: { call: 'write', path: journal, nth: 2 } }));
    const before = inodes(migration.destination);
    await goesOn();

    const after = inodes(migration.destination);
    const again = [...before].filter(([path, inode]) => after.get(path) !== inode).length;
    expect(again).toBeLessThanOrEqual(BATCH_ENTRIES + UNDER_WAY);
    // A batch is also durable after a time, so on a busy machine the first one may be short.
    const { copy } = await migration.results('0000', 1);
    const resumed = copy!.counters['resumed']!;
    expect(resumed).toBeGreaterThan(2 * 50); // more than the directories and their links
    expect(again).toBeLessThanOrEqual(before.size - (resumed - 2 * 50));
  });

  test('longhaul worker, kill -9 in copy before anything is durable', async () => {
    migration = await openMigration();
    fill(migration.source, 100, 2);
    await migration.start();

    await killed(migration.worker({ killAt: { call: 'renameat', nth: 20 } }));
    expect(leftovers(migration.destination)).not.toEqual([]);
    await goesOn();

    expect(leftovers(migration.destination)).toEqual([]);
  });

  test('longhaul worker, kill -9 while directories are finished', async () => {
    migration = await openMigration();
    fill(migration.source, 100, 2);
    await migration.start();

    const directory = join(migration.destination, 'd050');
    await killed(migration.worker({ killAt: { call: 'fchmod', path: directory, nth: 1 } }));
    await goesOn();

    const { copy, verify } = await migration.results('0000', 1);
    expect(copy!.counters).toMatchObject({ resumed: 400 });
    expect(verify!.counters['repaired'] ?? 0).toBe(0); // the second copy step finished them, not the verification
  });

  test('longhaul worker, kill -9 in verify', async () => {
    migration = await openMigration();
    fill(migration.source, 50, 110);
    await migration.start();

    const journal = inRound(1, 'verify.journal');
    await killed(migration.worker({ killAt: { call: 'write', path: journal, nth: 2 } }));
    await goesOn();

    const { verify } = await migration.results('0000', 1);
    const { resumed = 0, verified = 0 } = verify!.counters;
    expect(resumed).toBeGreaterThanOrEqual(BATCH_ENTRIES);
    expect(resumed + verified).toBe(50 * 112);
  });

  test('longhaul worker, kill -9 in the delete-pass', async () => {
    migration = await openMigration({ spec: { cutover: { approval: 'required' } } });
    fill(migration.source, 10, 40);
    await migration.start();
    const first = migration.worker();
    await migration.until('it is ready', ({ phase }) => phase === 'ready to cut over');
    await first.stop();
    for (let d = 0; d < 10; d++) {
      const directory = join(migration.source, `d00${d}`);
      for (let f = 0; f < 30; f++) rmSync(join(directory, `f${f}`));
    }

    const killer = migration.worker({ killAt: { call: 'unlinkat', nth: 20 } });
    await killer.line(/Working on/);
    expect((await migration.longhaul('approve', 'm', '--by', 'ann')).exit).toBe(0);
    await killed(killer);
    const left = inodes(migration.destination).size;
    expect(left).toBeGreaterThan(100);
    expect(left).toBeLessThan(400);
    await goesOn();

    const deleted = migration.ledger('chunk closed').map(({ sum }) => sum['deleted'] ?? 0);
    expect(deleted.reduce((a, b) => a + b)).toBe(300);
  });

  test('longhaul worker, kill -9 in close', async () => {
    migration = await openMigration();
    fill(migration.source, 20, 10);
    await migration.start();

    const catalog = join(migration.chunkDirectory('0000'), 'catalog.partial');
    await killed(migration.worker({ killAt: { call: 'rename', path: catalog, nth: 1 } }));
    const before = inodes(migration.destination);
    await goesOn();

    expect(inodes(migration.destination)).toEqual(before);
  });
});
