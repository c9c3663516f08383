/** `longhaul empty-trash`: what it removes and keeps, and the directories that it never enters. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { treeIdentity } from '../../../src/engines/posix/tree/identity.ts';
import { openStateDirectory } from '../../../src/state/state-directory.ts';
import { specSchema } from '../../../src/spec/schema.ts';
import { longhaul, type RunResult } from '../../support/processes/run-longhaul.ts';

const DAY_MS = 86_400_000;
let root: string;
let destination: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'trash-'));
  destination = join(root, 'destination');
  started({ deletes: { trash: { keepFor: '30d' } } });
  deleted(3, 40);
  deleted(7, 1);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Makes the state directory as `longhaul start` leaves it. */
function started(more: object): void {
  for (const name of ['source', 'destination']) mkdirSync(join(root, name), { recursive: true });
  const state = openStateDirectory(join(root, 'state'), { create: true });
  const identities = {
    source: treeIdentity(join(root, 'source')),
    destination: treeIdentity(destination),
  };
  const spec = specSchema.parse({
    name: 'm',
    source: { path: join(root, 'source') },
    destination: { path: destination },
    stateDirectory: state.path,
    ...more,
  });
  state.migration('m').writeMigration({
    ...{ v: 1, stateId: 'any', spec, identities },
    ...{ startedAt: '2026-03-01T00:00:00Z', startedBy: 'ann' },
  });
}

/** Puts a file into the trash that the round deleted the given number of days ago. */
function deleted(round: number, days: number): void {
  const directory = trash(round);
  mkdirSync(join(directory, 'd'), { recursive: true });
  writeFileSync(join(directory, 'd/f'), 'precious');
  const then = new Date(Date.now() - days * DAY_MS);
  utimesSync(directory, then, then);
}

const trash = (round: number): string => join(destination, '.longhaul-trash/m', String(round));
const run = (...options: string[]): Promise<RunResult> =>
  longhaul(['empty-trash', 'm', '--state', join(root, 'state'), ...options]);

describe('longhaul empty-trash m', () => {
  test('removes what is older than keepFor, and prints until when the rest is kept', async () => {
    const { exit, stdout } = await run();

    expect(exit).toBe(0);
    expect(stdout).toMatch(
      new RegExp(`^${trash(7)}  kept until \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC\\n$`),
    );
    expect([3, 7].map((round) => existsSync(trash(round)))).toEqual([false, true]);
  });

  test('--dry-run lists everything and removes nothing', async () => {
    const { exit, stdout } = await run('--dry-run');

    expect(exit).toBe(0);
    expect(stdout.match(/kept until/g)).toHaveLength(2);
    expect([3, 7].map((round) => existsSync(trash(round)))).toEqual([true, true]);
  });

  test('--all asks for the name and then removes everything', async () => {
    expect(await run('--all')).toMatchObject({
      exit: 4,
      stderr: expect.stringContaining('NOT_CONFIRMED'),
    });
    expect(existsSync(trash(7))).toBe(true);

    expect(await run('--all', '--yes')).toMatchObject({ exit: 0, stdout: '' });
    expect(readdirSync(destination)).toEqual([]);
  });

  test('does not touch the trash of another migration', async () => {
    mkdirSync(join(destination, '.longhaul-trash/other/1'), { recursive: true });

    await run('--all', '--yes');

    expect(readdirSync(join(destination, '.longhaul-trash'))).toEqual(['other']);
  });

  test('--json prints the trash as one record', async () => {
    const { stdout } = await run('--json', '--dry-run');

    expect(JSON.parse(stdout)).toMatchObject({
      type: 'trash',
      path: join(destination, '.longhaul-trash/m'),
      rounds: [{ round: 3 }, { round: 7 }],
      keepForMs: 30 * DAY_MS,
    });
  });

  test('refuses a destination that is not the one the migration started with', async () => {
    renameSync(destination, `${destination}.away`);
    deleted(3, 40);

    expect(await run('--all', '--yes')).toMatchObject({
      exit: 4,
      stderr: expect.stringContaining('DESTINATION_MISSING'),
    });
    expect(existsSync(trash(3))).toBe(true);
  });

  test('follows no symlink', async () => {
    const outside = join(root, 'outside');
    renameSync(join(destination, '.longhaul-trash/m'), outside);
    symlinkSync(outside, join(destination, '.longhaul-trash/m'));

    await run('--all', '--yes');

    expect(readdirSync(outside).sort()).toEqual(['3', '7']);
  });

  test('fails when the spec has no trash', async () => {
    started({});

    expect(await run()).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('has no deletes.trash'),
    });
  });
});
