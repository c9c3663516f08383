import { mkdtempSync, rmSync, statSync, writeFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Entry } from '../../src/model/entry.ts';
import { CatalogWriter } from '../../src/catalog/writer.ts';
import { removeRoundsBefore } from '../../src/state/chunk-store.ts';
import {
  compactEvents,
  eventsOf,
  readRounds,
  writeEvents,
  type EntryEvent,
} from '../../src/ledger/entry-events.ts';
import { renderStory, storyOf } from '../../src/ledger/entry-story.ts';
import { openJournal } from '../../src/state/journal.ts';
import { openLedger } from '../../src/ledger/ledger.ts';
import { openStateDirectory } from '../../src/state/state-directory.ts';
import type { MigrationStore } from '../../src/state/migration-store.ts';
import { planChunks } from '../../src/policy/chunks/plan-chunks.ts';
import { joinRaw } from '../../src/paths.ts';

let folder: string;
let store: MigrationStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'story-'));
  store = openStateDirectory(folder, { create: true }).migration('acme');
});
afterEach(() => rmSync(folder, { recursive: true }));

const event = (path: string, what: string, over: Partial<EntryEvent> = {}): EntryEvent => ({
  path,
  what,
  ...over,
});
const at = (round: number): string => `2026-01-0${round}T00:00:00.000Z`;
const chunk = () => store.chunk('0000', 1);

test('returns the events of a path, round by round', () => {
  writeEvents(chunk(), { number: 1, at: at(1) }, [event('a', 'new'), event('b\xff', 'new')]);
  writeEvents(chunk(), { number: 2, at: at(2) }, []);
  writeEvents(chunk(), { number: 3, at: at(3) }, [
    event('b\xff', 'changed', { status: 'blocked', code: 'DISK_FULL' }),
  ]);

  expect(eventsOf(chunk(), 'b\xff').events).toEqual([
    { path: 'b\xff', what: 'new', round: 1, at: at(1) },
    {
      path: 'b\xff',
      what: 'changed',
      status: 'blocked',
      code: 'DISK_FULL',
      round: 3,
      at: at(3),
    },
  ]);
});

test('a round that is closed twice, the first time partly, counts once', () => {
  const half = openJournal(join(chunk().directory, 'events'));
  half.append({ b: 1, at: at(1) });
  half.append({ p: 'a', w: 'changed' });
  half.commit();
  half.close();
  writeEvents(chunk(), { number: 1, at: at(1) }, [event('a', 'new')]);
  writeEvents(chunk(), { number: 1, at: at(1) }, [event('a', 'new')]);

  expect(eventsOf(chunk(), 'a').events.map(({ what }) => what)).toEqual(['new']);
});

test('a round with more events than are kept is marked incomplete', () => {
  function* many(): Generator<EntryEvent> {
    for (let i = 0; i < 50_003; i++) yield event(`f${i}`, 'changed');
  }
  writeEvents(chunk(), { number: 4, at: at(4) }, many());

  expect(readRounds(chunk(), () => false).rounds).toEqual([
    { round: 4, at: at(4), events: [], more: 3 },
  ]);
  expect(eventsOf(chunk(), 'f50002')).toMatchObject({ events: [], incompleteRounds: [4] });
});

test('a chunk that changes for 150 rounds keeps a bounded file with the newest rounds', () => {
  const limit = 8_000;
  const sizes: number[] = [];
  for (let round = 1; round <= 150; round++) {
    const here = store.chunk('0000', round);
    writeFileSync(join(here.roundDirectory, 'manifest'), 'x'.repeat(1000));
    const events = Array.from({ length: 5 }, (_, i) => event(`file ${i}`, 'changed'));
    writeEvents(here, { number: round, at: at(1) }, events);
    compactEvents(here, limit);
    removeRoundsBefore(here, round);
    sizes.push(sizeBelow(here.directory));
  }

  expect(Math.max(...sizes)).toBeLessThan(limit + 2000);
  const { events, forgottenUpTo } = eventsOf(chunk(), 'file 3');
  expect(events.at(-1)?.round).toBe(150);
  expect(events[0]?.round).toBe(forgottenUpTo + 1);
  expect(forgottenUpTo).toBeGreaterThan(75);
});

function sizeBelow(directory: string): number {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(directory, name)))
    .filter((stat) => stat.isFile())
    .reduce((sum, { size }) => sum + size, 0);
}

const entry = (name: string, over: Partial<Entry> = {}): Entry => ({
  name,
  mode: 0o100644,
  sizeBytes: 10,
  mtimeSeconds: -1,
  mtimeNanoseconds: 5,
  ctimeSeconds: 0,
  ctimeNanoseconds: 0,
  inode: 7n,
  nlink: 1,
  uid: 1000,
  gid: 100,
  status: 'verified',
  ...over,
});

function migrationWithStory(): void {
  const limits = { maxEntries: 10, maxBytes: 1e12 };
  const plan = planChunks(
    [
      { path: '', entries: 2, bytes: 0 },
      { path: 'a', entries: 9, bytes: 9 },
      { path: 'b', entries: 9, bytes: 9 },
    ],
    limits,
    { now: 0 },
  );
  store.writePlan(plan);
  for (const { id, roots } of plan.chunks) {
    const here = store.chunk(id, 1);
    const writer = new CatalogWriter(here.catalogPath);
    for (const root of roots) {
      writer.add({
        path: root,
        complete: true,
        entries: [
          entry('cache', { mode: 0o040755, status: 'excluded' }),
          entry('x', { digest: new Uint8Array(32).fill(0xab) }),
        ],
      });
    }
    writer.finish();
    const gone = roots.map((root) => event(joinRaw(root, 'gone'), 'deleted'));
    const x = roots.map((root) => event(joinRaw(root, 'x'), 'changed', { status: 'verified' }));
    writeEvents(here, { number: 3, at: at(3) }, x);
    writeEvents(here, { number: 7, at: at(7) }, gone);
  }
  const by = { by: 'jo', because: 'not needed' };
  openLedger(store.ledgerPath).append(
    { kind: 'exception accepted', key: 'exception/a/x', path: 'a/x', at: at(5), ...by },
    { kind: 'exception accepted', key: 'exception/b/y', path: 'b/y', at: at(5), ...by },
  );
}

test('tells the status of a path, its events and the decisions about it', () => {
  migrationWithStory();

  expect(renderStory(storyOf(store, 'a/x'))).toBe(
    `a/x
  chunk ${storyOf(store, 'a/x').chunk}
  now: verified, file, 10 bytes, modified 1969-12-31T23:59:59.000000005Z, mode 0644, owner 1000:100, digest ${'ab'.repeat(32)}
  it was there when the seed listed the tree
  2026-01-03T00:00:00.000Z  round 3: changed, verified
  2026-01-05T00:00:00.000Z  accepted as an exception by jo: not needed
`,
  );
});

test.each([
  ['a/gone', 'deleted'],
  ['a/cache/deep/file', 'a/cache is excluded'],
  ['a/never', 'in no closed round'],
])('says of %s: %s', (path, expected) => {
  migrationWithStory();

  expect(renderStory(storyOf(store, path))).toContain(`now: ${expected}\n`);
});

test('reading a story creates nothing in the state directory', () => {
  migrationWithStory();
  const before = readdirSync(folder, { recursive: true }).length;

  storyOf(store, 'a/x');
  storyOf(openStateDirectory(folder).migration('other'), 'a/x');

  expect(readdirSync(folder, { recursive: true })).toHaveLength(before);
});
