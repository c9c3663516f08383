/** A file of several parts: killed in its middle, it goes on from its last durable part. */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { partName } from '../../src/engines/posix/write/own-names.ts';
import { rawFromText } from '../../src/paths.ts';
import { killAtMissing, openMigration, type Migration } from '../support/migrations/migration.ts';

let migration: Migration;
afterEach(() => migration.close());

const MIB = 2 ** 20;
const SIZE_MIB = 150;
/** Of src/engines/posix/engine.ts. */
const PART_MIB = 64;

function writeLargeFile(path: string): void {
  const fd = openSync(path, 'w');
  for (let i = 0; i < SIZE_MIB; i++) writeSync(fd, Buffer.alloc(MIB, `part ${i} `));
  closeSync(fd);
}

/** All that a process has written so far, by whatever call. */
function bytesWritten(pid: number): number {
  return Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}

const testKill = killAtMissing === undefined ? test : test.skip;
testKill(`longhaul worker, kill -9 in a large file${killAtMissing ?? ''}`, async () => {
  migration = await openMigration();
  writeLargeFile(join(migration.source, 'large'));
  await migration.start();

  const journal = `${partName(rawFromText('large')).slice(1)}.journal`;
  const path = join(migration.chunkDirectory('0000'), 'parts', journal);
  // The first record says whose parts they are, the second that one is durable.
  const first = migration.worker({ killAt: { call: 'write', path, nth: 3 } });
  expect(await first.ended).toBe('SIGKILL');
  const second = migration.worker();
  await migration.done();

  const written = bytesWritten(second.pid) / MIB;
  expect(written).toBeGreaterThan(SIZE_MIB - PART_MIB);
  expect(written).toBeLessThan(SIZE_MIB - PART_MIB + 10);
  await migration.proven();
});
