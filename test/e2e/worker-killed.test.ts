/**
 * The worker is killed with -9 on an exact line of each step, by a tracer that waits for the system
 * call. Another worker goes on and redoes at most one batch. The tests of a group kill one worker after
 * the other on the same migration, in the order of its steps.
 */
import { mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  killAtMissing,
  openMigration,
  type KillAt,
  type Migration,
} from '../support/migrations/migration.ts';
import { PATIENCE_MS, type Started } from '../support/processes/processes.ts';
import { leftovers } from '../support/trees/tree.ts';

/** Of copy and verify: entries between two durable lines of their journals (src/engines/posix). */
const BATCH_ENTRIES = 4_096;
/** At most handed to the threads beyond a batch. */
const UNDER_WAY = 1_024;

let migration: Migration;

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

/** Starts a worker that is killed there; resolves when it is. */
const killedAt = (killAt: KillAt): Promise<void> => killed(migration.worker({ killAt }));

const why = killAtMissing === undefined ? '' : ` (${killAtMissing})`;
const describeKills = killAtMissing === undefined ? describe : describe.skip;

describeKills(`a migration of small steps, kill -9 of its workers${why}`, () => {
  const DIRECTORIES = 300;
  /** Each directory has two files and a link, and these have more files. */
  const LARGER = Array.from({ length: 10 }, (_, d) => `d00${d}`);
  const MORE_FILES = 38;
  const FILES = DIRECTORIES * 2 + LARGER.length * MORE_FILES;
  beforeAll(async () => {
    migration = await openMigration({ spec: { cutover: { approval: 'required' } } });
    fill(migration.source, DIRECTORIES, 2);
    for (const name of LARGER)
      for (let f = 0; f < MORE_FILES; f++)
        writeFileSync(join(migration.source, name, `more${f}`), `${name} ${f}\n`);
    await migration.start();
  });
  afterAll(() => migration.close());

  test('longhaul worker, kill -9 in scan', async () => {
    await killedAt({ call: 'write', path: inRound(1, 'scan.shard'), nth: 8 });
  });

  test('longhaul worker, kill -9 in copy before anything is durable', async () => {
    await killedAt({ call: 'renameat', nth: 20 });

    expect(leftovers(migration.destination)).not.toEqual([]);
  });

  test('longhaul worker, kill -9 while directories are finished', async () => {
    await killedAt({ call: 'fchmod', path: join(migration.destination, 'd150'), nth: 1 });
  });

  test('longhaul worker, kill -9 in close, and each step redid only what was not durable', async () => {
    const catalog = join(migration.chunkDirectory('0000'), 'catalog.partial');
    await killedAt({ call: 'rename', path: catalog, nth: 1 });
    const before = inodes(migration.destination);
    const worker = migration.worker();
    await migration.until('it is ready', ({ phase }) => phase === 'ready to cut over');
    await worker.stop();

    expect(inodes(migration.destination)).toEqual(before);
    expect(leftovers(migration.destination)).toEqual([]);
    const { scan, copy, verify } = await migration.results('0000', 1);
    expect(scan!.counters['resumed']).toBeGreaterThan(10);
    expect(scan!.counters['listed']! + scan!.counters['resumed']!).toBe(DIRECTORIES + 1);
    expect(copy!.counters).toMatchObject({ resumed: FILES + 2 * DIRECTORIES });
    expect(verify!.counters['repaired'] ?? 0).toBe(0); // the next copy step finished the directories, not the verification
  });

  test('longhaul worker, kill -9 in the delete-pass', async () => {
    for (const name of LARGER)
      for (let f = 0; f < 30; f++) rmSync(join(migration.source, name, `more${f}`));
    const killer = migration.worker({ killAt: { call: 'unlinkat', nth: 20 } });
    await killer.line(/Working on/);
    expect((await migration.longhaul('approve', 'm', '--by', 'ann')).exit).toBe(0);
    await killed(killer);
    const left = inodes(migration.destination).size;
    expect(left).toBeGreaterThan(FILES - 300);
    expect(left).toBeLessThan(FILES);
    migration.worker();
    await migration.done();

    await migration.proven();
    const deleted = migration.ledger('chunk closed').map(({ sum }) => sum['deleted'] ?? 0);
    expect(deleted.reduce((a, b) => a + b)).toBe(300);
  });
});

describeKills(`a migration of more than a batch, kill -9 of its workers${why}`, () => {
  const [DIRECTORIES, FILES] = [50, 110];
  let copied: Map<string, number>;
  beforeAll(async () => {
    migration = await openMigration();
    fill(migration.source, DIRECTORIES, FILES);
    await migration.start();
  });
  afterAll(() => migration.close());

  test('longhaul worker, kill -9 in copy', async () => {
    await killedAt({ call: 'write', path: inRound(1, 'copy.journal'), nth: 2 });

    copied = inodes(migration.destination);
  });

  test('longhaul worker, kill -9 in verify, and each step redid at most a batch', async () => {
    await killedAt({ call: 'write', path: inRound(1, 'verify.journal'), nth: 2 });
    migration.worker();
    await migration.done();

    await migration.proven();
    const after = inodes(migration.destination);
    const again = [...copied].filter(([path, inode]) => after.get(path) !== inode).length;
    expect(again).toBeLessThanOrEqual(BATCH_ENTRIES + UNDER_WAY);
    const { copy, verify } = await migration.results('0000', 1);
    // A batch is also durable after a time, so on a busy machine the first one may be short.
    const resumed = copy!.counters['resumed']!;
    expect(resumed).toBeGreaterThan(2 * DIRECTORIES); // more than the directories and their links
    expect(again).toBeLessThanOrEqual(copied.size - (resumed - 2 * DIRECTORIES));
    const { resumed: found = 0, verified = 0 } = verify!.counters;
    expect(found).toBeGreaterThanOrEqual(BATCH_ENTRIES);
    expect(found + verified).toBe(DIRECTORIES * (FILES + 2));
  });
});
