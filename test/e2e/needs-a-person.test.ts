/**
 * What no waiting can mend blocks one chunk, says why and what to type; the others finish. Mended and
 * retried, the migration goes on to its end.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  openMigration,
  type Migration,
  type MigrationOptions,
} from '../support/migrations/migration.ts';
import { closeMounts, mountMissing, smallMount } from '../support/trees/mounts.ts';

let migration: Migration;
afterEach(async () => {
  await migration.stop();
  await closeMounts();
  await migration.close();
});

/** What root may do to any file, taken away: permissions count for it as for everybody. */
const WITHOUT_PRIVILEGE =
  process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : [];

/** Directories a, b and c of 20 files each, which become a chunk each, and a worker on them. */
async function begin(fileBytes: number, options: MigrationOptions = {}): Promise<void> {
  migration = await openMigration({ ...options, spec: { chunks: { maxEntries: 21 } } });
  for (const name of ['a', 'b', 'c']) {
    mkdirSync(join(migration.source, name));
    for (let f = 0; f < 20; f++)
      writeFileSync(join(migration.source, name, `f${f}`), Buffer.alloc(fileBytes, `${name}${f}`));
  }
}

async function blockedBy(code: string): Promise<readonly string[]> {
  const { blocked } = await migration.until(
    `${code} and the others are done`,
    ({ blocked: all, rounds }) => all.length > 0 && rounds.length > 0,
  );
  const { stdout } = await migration.longhaul('status', 'm');
  for (const one of blocked) {
    expect(one.code).toBe(code);
    expect(stdout).toContain(`longhaul retry m ${one.chunk}`);
  }
  expect(stdout).toContain(code);
  return blocked.map(({ because }) => because);
}

/** What `longhaul chunks m --entries` names, in its order. */
async function entriesNamed(): Promise<readonly string[]> {
  const { exit, stdout } = await migration.longhaul('chunks', 'm', '--entries', '--json');
  expect(exit).toBe(0);
  const records = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as EntryRecord);
  const entries = records.filter(({ type }) => type === 'entry');
  return entries.map(({ path, code }) => `${path} ${code}`);
}
interface EntryRecord {
  readonly type: string;
  readonly path: string;
  readonly code: string;
}

async function retried(): Promise<void> {
  const { exit, stdout } = await migration.longhaul('retry', 'm', '--reason', 'mended');
  expect([exit, stdout]).toEqual([0, expect.stringContaining('retry')]);
  await migration.done();
  await migration.proven();
}

describe('what needs a person', () => {
  test('longhaul chunks --entries and retry, after files that may not be read', async () => {
    await begin(100);
    const closed = join(migration.source, 'b/f7');
    const too = join(migration.source, 'b/f9');
    chmodSync(closed, 0o000);
    chmodSync(too, 0o000);
    await migration.start();
    migration.worker({ through: WITHOUT_PRIVILEGE });

    const because = await blockedBy('PERMISSION_DENIED');

    expect(because).toEqual([expect.stringContaining('b/f7')]);
    for (const path of ['a/f7', 'b/f6', 'b/f8', 'c/f7'])
      expect([path, existsSync(join(migration.destination, path))]).toEqual([path, true]);
    expect(await entriesNamed()).toEqual(['b/f7 PERMISSION_DENIED', 'b/f9 PERMISSION_DENIED']);
    expect((await migration.longhaul('ledger', 'm', '--verify')).exit).toBe(3);
    chmodSync(closed, 0o644);
    chmodSync(too, 0o644);
    await retried();
  });

  test('longhaul retry, after a directory that may not be listed', async () => {
    await begin(100);
    const closed = join(migration.source, 'b');
    chmodSync(closed, 0o000);
    await migration.start();
    migration.worker({ through: WITHOUT_PRIVILEGE });

    const because = await blockedBy('PERMISSION_DENIED');

    expect(because).toEqual([expect.stringMatching(/\bb\b/)]);
    expect(await entriesNamed()).toEqual(['b PERMISSION_DENIED']);
    for (const path of ['a/f7', 'c/f7'])
      expect([path, existsSync(join(migration.destination, path))]).toEqual([path, true]);
    chmodSync(closed, 0o755);
    await retried();
  });

  const testMounts = mountMissing === undefined ? test : test.skip;
  const why = mountMissing === undefined ? '' : ` (${mountMissing})`;
  testMounts(`longhaul retry, after the destination was full${why}`, async () => {
    let destination = '';
    const prepare: MigrationOptions['prepare'] = (trees) => {
      ({ destination } = trees);
      smallMount(destination, '4m');
    };
    await begin(100_000, { prepare });
    await migration.start();
    migration.worker();

    const because = await blockedBy('DISK_FULL');

    expect(because.join('\n')).toContain('ENOSPC');
    execFileSync('mount', ['-o', 'remount,size=32m', destination]);
    await retried();
  });
});
