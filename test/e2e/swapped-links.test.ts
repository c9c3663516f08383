/** A directory is swapped for a symlink under the copy, on either side: nothing is read or written beyond the trees. */
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { openMigration, type Migration } from '../support/migrations/migration.ts';
import { start, stopAll, until } from '../support/processes/processes.ts';
import { isCopying } from '../support/trees/tree.ts';

let migration: Migration;
afterEach(async () => {
  await stopAll();
  await migration.close();
});

/** Swaps a directory for a symlink and back, until it is told to end: then it is a directory. */
const SWAPPER = `
  import { renameSync, symlinkSync, unlinkSync } from 'node:fs';
  const [path, outside] = process.argv.slice(1);
  let over = false;
  process.on('SIGTERM', () => (over = true));
  const pause = (ms) => new Promise((go) => setTimeout(go, ms));
  while (!over) {
    renameSync(path, path + '.aside'); symlinkSync(outside, path); await pause(3);
    unlinkSync(path); renameSync(path + '.aside', path); await pause(3);
  }`;

async function begin(): Promise<{ outside: string }> {
  migration = await openMigration({
    spec: { link: { bandwidth: '16 Mbit/s' }, cutover: { approval: 'required' } },
  });
  const outside = join(migration.root, 'outside');
  mkdirSync(join(outside, 'below'), { recursive: true });
  mkdirSync(join(migration.source, 'd/below'), { recursive: true });
  for (let f = 0; f < 300; f++) {
    const name = `f${String(f).padStart(3, '0')}`;
    writeFileSync(join(migration.source, 'd/below', name), Buffer.alloc(20_000, `${f} `));
  }
  return { outside };
}

function filesBelow(tree: string): string[] {
  const entries = readdirSync(tree, { recursive: true, withFileTypes: true });
  return entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
}

test('longhaul worker, while a directory of the source is swapped for a link out of it', async () => {
  const { outside } = await begin();
  for (let f = 0; f < 300; f++)
    writeFileSync(join(outside, 'below', `f${String(f).padStart(3, '0')}`), 'secret');
  const directory = join(migration.source, 'd');
  await migration.start();
  const swapper = start(process.execPath, [
    '--input-type=module',
    '-e',
    SWAPPER,
    directory,
    outside,
  ]);
  migration.worker();
  await migration.until('three rounds', ({ rounds }) => rounds.length >= 3);
  await swapper.stop();

  const found = filesBelow(migration.destination);
  expect(found.filter((path) => readFileSync(path, 'latin1').includes('secret'))).toEqual([]);
  expect((await migration.longhaul('approve', 'm')).exit).toBe(0);
  await migration.done();
  await migration.proven();
});

test('longhaul worker, while a directory of the destination is swapped for a link out of it', async () => {
  const { outside } = await begin();
  await migration.start();
  migration.worker();
  await until('it copies', () => isCopying(migration.destination));
  const directory = join(migration.destination, 'd');
  renameSync(directory, `${directory}.aside`);
  symlinkSync(outside, directory);

  await migration.until('it is ready', ({ phase }) => phase === 'ready to cut over');
  expect(readdirSync(join(outside, 'below'))).toEqual([]);
  expect((await migration.longhaul('approve', 'm')).exit).toBe(0);
  await migration.done();
  expect(readdirSync(join(outside, 'below'))).toEqual([]);
  await migration.proven();
});
