/** `longhaul demo` as a newcomer runs it: the whole story, its proofs, and that nothing of it stays behind. */
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { placesIn } from '../../src/demo/paper.ts';
import { prove } from '../../src/demo/proof.ts';
import { longhaul } from '../support/processes/run-longhaul.ts';
import { linkMissing } from '../support/migrations/demo-link.ts';
import { expectSameTree } from '../support/trees/oracle.ts';
import {
  demo,
  descendants,
  expectNothingLeft,
  foldersOf,
  said,
  silentNarrator,
  told,
  withEnvironment,
} from '../support/migrations/demo.ts';
import { stopAll, type Started } from '../support/processes/processes.ts';

const hasLink = linkMissing === undefined;
if (!hasLink) process.stderr.write(`The demo is tested without its link: ${linkMissing}\n`);

const temporary: string[] = [];
/** Plays from the start, because it waits for rounds while the others run. */
let story: Started;
beforeAll(() => {
  story = demo('--entries', '500', '--keep', ...(hasLink ? [] : ['--no-link']));
});
afterAll(async () => {
  await stopAll();
  for (const path of temporary.splice(0)) rmSync(path, { recursive: true, force: true });
});

describe('longhaul demo', () => {
  test('longhaul demo, killed with -9 in the middle, leaves nothing behind', async () => {
    const running = demo('--entries', '500', ...(hasLink ? [] : ['--no-link']));
    await running.line(/round 1 \(seed\)/);
    const folders = await foldersOf(running);
    const before = descendants(running.pid);
    expect(before.length).toBeGreaterThan(hasLink ? 7 : 4);

    running.kill('SIGKILL');

    await expectNothingLeft(before, folders);
  });

  test('longhaul demo --no-link, interrupted with Ctrl-C, exits 130 and leaves nothing behind', async () => {
    const running = demo('--entries', '500', '--no-link');
    await running.line(/round 1 \(seed\)/);
    const folders = await foldersOf(running);
    const before = descendants(running.pid);

    running.kill('SIGINT');

    expect(await running.ended).toBe(130);
    await expectNothingLeft(before, folders);
  });

  test.each([
    [['--entries', '3'], '--entries: expected 500 to 1000000, got "3"'],
    [['--engine', 'tape'], "'tape' is invalid. Allowed choices are posix, datasync"],
  ])('longhaul demo %p is refused', async (args, says) => {
    const { exit, stderr } = await longhaul(['demo', ...args]);

    expect({ exit, stderr }).toEqual({ exit: 2, stderr: expect.stringContaining(says) });
  });

  test('longhaul demo --entries 500 --keep --json tells the story, proves its end and keeps it', async () => {
    const result = JSON.parse(await story.line(/"demo result"/, 280_000)) as {
      ok: boolean;
      folder: string;
      temporal: string;
      outageMs: number;
      elapsedMs: number;
      proofs: { by: string; ok: boolean }[];
    };

    const lines = said(story.output());
    const order = [
      ...(hasLink ? [/link down: .*EIO/, /no longer link down/] : []),
      /^kill -9 /,
      /blocked: \d+ {2}copy {2}PERMISSION_DENIED: .*salaries\.ods/,
      /^longhaul chunks demo --blocked/,
      /^longhaul retry demo/,
      /ready to cut over/,
      /^longhaul approve demo/,
      /the users are at the new place/,
      /^rsync /,
      /Nothing was lost/,
    ].map((pattern) => told(lines, pattern));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    // One look may tell of it and of the phase that follows from it.
    expect(told(lines, /no longer blocked/)).toBeGreaterThan(told(lines, /^longhaul retry demo/));
    expect(result.outageMs > 0).toBe(hasLink);
    expect(result.proofs).toEqual([
      { by: 'rsync', ok: true, says: 'rsync finds 0 differences' },
      expect.objectContaining({ by: 'ledger', ok: true }),
      expect.objectContaining({ by: 'mtree', ok: true }),
    ]);

    // What it says of itself is true: by an oracle of our own, …
    const places = placesIn(result.folder);
    expectSameTree(places.source, places.destination, {
      times: hasLink ? 'seconds' : 'nanoseconds',
    });
    const folders = await foldersOf(story);
    await expectLossesToBeFound(folders);
    // … and what it kept can be looked at, as it said.
    const env = { TEMPORAL_ADDRESS: result.temporal, LONGHAUL_STATE: places.state };
    expect(await longhaul(['status', 'demo'], { env })).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining('demo: done'),
    });

    const before = descendants(story.pid);
    expect(before.length).toBeGreaterThan(3);
    story.kill('SIGINT');
    expect(await story.ended).toBe(0);
    await expectNothingLeft(before, folders);
    process.stderr.write(`The demo of 500 entries took ${Math.round(result.elapsedMs / 1000)} s\n`);
  });
});

/** The demo's own judges, with and without the programs of others, must see one altered byte. */
async function expectLossesToBeFound([room = '', link]: readonly string[]): Promise<void> {
  const places = placesIn(room);
  const seenAt = link === undefined ? places.source : join(link, 'mount');
  const judges = async () => {
    const proofs = await prove(silentNarrator(), places, { seenAt, wholeSeconds: hasLink });
    return proofs.map(({ by, ok }) => [by, ok]);
  };
  const path = join(places.destination, 'team-1/project-1/notes 0.txt');
  const content = readFileSync(path);
  const { atime, mtime } = statSync(path);
  const put = (bytes: Uint8Array) => {
    writeFileSync(path, bytes);
    utimesSync(path, atime, mtime);
  };
  const withoutThem = mkdtempSync(join(tmpdir(), 'longhaul-no-programs-'));
  temporary.push(withoutThem);
  await withEnvironment({ LONGHAUL_STATE: places.state }, async () => {
    put(content.map((byte, at) => (at === 7 ? byte ^ 1 : byte)));
    expect(await judges()).toEqual([
      ['rsync', false],
      ['ledger', true],
      ['mtree', false],
    ]);
  });
  await withEnvironment({ LONGHAUL_STATE: places.state, PATH: withoutThem }, async () => {
    expect(await judges()).toEqual([
      ['longhaul verify', false],
      ['ledger', true],
      ['digests', false],
    ]);
    put(content);
    expect(await judges()).toEqual([
      ['longhaul verify', true],
      ['ledger', true],
      ['digests', true],
    ]);
  });
}
