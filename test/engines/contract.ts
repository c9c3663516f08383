/**
 * What every engine keeps, on real trees. An engine's own test file calls `engineContract` with a
 * way to make the engine; the rounds, the trees and the judge (rsync) are the same for all.
 */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { ChunkSum, Round, StepResult } from '../../src/model/round.ts';
import type { Engine, StepJob } from '../../src/engines/engine.ts';
import { acquireLease } from '../../src/state/lease.ts';
import { openStateDirectory } from '../../src/state/state-directory.ts';
import { rawFromText, type RawPath } from '../../src/paths.ts';
import type { Chunk } from '../../src/policy/chunks/plan.ts';
import { closeSum } from '../../src/model/sum.ts';
import { specSchema, type MigrationSpec, type SpecInput } from '../../src/spec/schema.ts';
import { nastyTree } from '../support/trees/nasty-tree.ts';
import { differences, expectSameTree } from '../support/trees/oracle.ts';
import { scratchDirectory } from '../support/trees/scratch.ts';
import {
  directory,
  file,
  hardLink,
  makeTree,
  symlink,
  type TreeLiteral,
} from '../support/trees/tree.ts';

export const WHOLE: Chunk = { id: '0000', roots: [''], without: [], entries: 0, bytes: 0 };

/** A migration on disk: two trees, a state directory, and a way to run rounds. */
export interface Bench {
  readonly root: string;
  readonly source: string;
  readonly destination: string;
  readonly spec: MigrationSpec;
  engine: Engine;
  job(round: Partial<Round>, more?: Partial<StepJob>): StepJob;
  /** All five steps; throws what they throw. */
  round(round?: Partial<Round>, more?: Partial<StepJob>): Promise<RoundResult>;
}

export interface RoundResult {
  readonly scan: StepResult;
  readonly copy: StepResult;
  readonly verify: StepResult;
  readonly deletePass: StepResult;
  readonly sum: ChunkSum;
}

/** Where a bench has its trees. */
export interface Places {
  readonly root: string;
  readonly source: string;
  readonly destination: string;
  /** The migration's directory in the state directory. */
  readonly directory: string;
}

/** How an engine is made, and what of the contract it cannot keep, with the reason. */
export interface EngineKind {
  make(spec: MigrationSpec, places: Places): Engine;
  /** What its specs say instead of two mounted trees. */
  spec?(places: Places): Partial<SpecInput>;
  readonly cannot?: Readonly<Record<string, string>>;
  /** True: its trees may lie in memory, because it reads and writes none of them itself. */
  readonly inMemory?: boolean;
}

export type MakeEngine = EngineKind | ((spec: MigrationSpec) => Engine);

const kindOf = (make: MakeEngine): EngineKind => (typeof make === 'function' ? { make } : make);

export function openBench(
  makeEngine: MakeEngine,
  tree: TreeLiteral,
  more: Partial<SpecInput> = {},
): Bench {
  const kind = kindOf(makeEngine);
  const root = kind.inMemory ? scratchDirectory('engine-') : mkdtempSync(join(tmpdir(), 'engine-'));
  const [source, destination, state] = ['source', 'destination', 'state'].map((name) =>
    join(root, name),
  ) as [string, string, string];
  mkdirSync(source);
  mkdirSync(destination);
  makeTree(source, tree);
  const store = openStateDirectory(state, { create: true }).migration('m');
  const places = { root, source, destination, directory: store.directory };
  const spec = specSchema.parse({
    name: 'm',
    source: { path: source },
    destination: { path: destination },
    stateDirectory: state,
    deletes: { when: 'every round', maxPercent: 100 },
    ...kind.spec?.(places),
    ...more,
  });
  let number = 0;
  const bench: Bench = {
    root,
    source,
    destination,
    spec,
    engine: kind.make(spec, places),
    job(round, job = {}) {
      const full: Round = { number, kind: 'catch-up', deletes: true, verify: 'copied', ...round };
      const chunk = job.chunk ?? WHOLE;
      const chunkStore = store.chunk(chunk.id, full.number);
      return {
        migration: 'm',
        spec,
        chunk,
        round: full,
        store: chunkStore,
        lease: acquireLease(chunkStore.directory, 'test'),
        exceptions: new Set<RawPath>(),
        excludes: spec.excludes,
        signal: new AbortController().signal,
        onProgress: () => undefined,
        ...job,
      };
    },
    async round(round = {}, job = {}) {
      number = round.number ?? number + 1;
      const next = (): StepJob => bench.job({ ...round, number }, job);
      const scan = await bench.engine.scan(next());
      const copy = await bench.engine.copy(next());
      const verify = await bench.engine.verify(next());
      const deletePass = await bench.engine.deletePass(next());
      return { scan, copy, verify, deletePass, sum: await bench.engine.close(next()) };
    },
  };
  return bench;
}

export function engineContract(name: string, makeEngine: MakeEngine): void {
  let bench: Bench;
  const { cannot = {} } = kindOf(makeEngine);
  const skipped = new Set<string>();
  const promise = (what: string, keeps: () => Promise<void>): void => {
    const because = cannot[what];
    if (because === undefined) return test(what, keeps);
    skipped.add(what);
    test.skip(`${what} (${name} cannot: ${because})`, keeps);
  };
  const open = (tree: TreeLiteral, more: Partial<SpecInput> = {}): Bench =>
    (bench = openBench(makeEngine, tree, more));
  const inSource = (path: string): string => join(bench.source, path);
  const inDestination = (path: string): string => join(bench.destination, path);

  afterEach(async () => {
    await bench.engine.dispose();
    rmSync(bench.root, { recursive: true, force: true });
  });

  describe(`${name}: one round`, () => {
    promise(
      'makes an equal tree of names, kinds, modes, owners and times as nasty as they come',
      async () => {
        open(nastyTree({ levels: 60 }));

        const { sum } = await bench.round();

        expectSameTree(bench.source, bench.destination);
        expect(closeSum({ ...sum })).toMatchObject({ closes: true, clean: true });
      },
    );

    promise('makes a tree of 1,000 levels', async () => {
      open(nastyTree({ levels: 1000 }));

      const { sum } = await bench.round();

      expect(closeSum({ ...sum })).toMatchObject({ closes: true, clean: true });
      expect(sum.seen).toBe(sum.verified);
    });

    promise('leaves out what a rule leaves out, and counts it', async () => {
      open(
        { keep: file('k'), 'a.tmp': file('t'), cache: directory({ inside: file('x') }) },
        { excludes: ['*.tmp', '/cache/'] },
      );

      const { sum } = await bench.round();

      expect(existsSync(inDestination('a.tmp'))).toBe(false);
      expect(existsSync(inDestination('cache'))).toBe(false);
      expect(sum).toMatchObject({ verified: 1, excluded: 2 });
    });

    promise('leaves out an accepted exception, and counts it', async () => {
      open({ keep: file('k'), bad: file('b') });

      const { sum } = await bench.round({}, { exceptions: new Set([rawFromText('bad')]) });

      expect(existsSync(inDestination('bad'))).toBe(false);
      expect(sum).toMatchObject({ verified: 1, excepted: 1 });
    });

    promise('writes nothing for another chunk', async () => {
      open({ mine: file('m'), theirs: directory({ x: file('x') }) });

      const { sum } = await bench.round({}, { chunk: { ...WHOLE, without: ['theirs'] } });

      expect(existsSync(inDestination('mine'))).toBe(true);
      expect(existsSync(inDestination('theirs'))).toBe(false);
      expect(sum.seen).toBe(1);
    });

    promise('of a chunk below the root also leaves the directories above it right', async () => {
      open({ a: directory({ b: directory({ x: file('x') }) }) });
      utimesSync(inSource('a'), 1_400_000_000, 1_400_000_000);
      utimesSync(bench.source, 1_300_000_000, 1_300_000_000);

      await bench.round(
        {},
        { chunk: { id: '0001', roots: ['a/b'], without: [], entries: 0, bytes: 0 } },
      );

      expectSameTree(bench.source, bench.destination);
    });
  });

  describe(`${name}: rounds`, () => {
    promise('take only what changed, and lose nothing', async () => {
      open({
        same: file('same'),
        grows: file('1'),
        gone: file('g'),
        moved: file('m'),
        mode: file('x', { mode: 0o600 }),
        d: directory({ x: file('x'), y: symlink('x') }),
        dead: directory({ deep: directory({ f: file('f') }) }),
      });
      await bench.round();
      expectSameTree(bench.source, bench.destination);

      appendFileSync(inSource('grows'), '2');
      rmSync(inSource('gone'));
      rmSync(inSource('dead'), { recursive: true });
      renameSync(inSource('moved'), inSource('d/moved'));
      chmodSync(inSource('mode'), 0o640);
      rmSync(inSource('d/y'));
      symlinkSync('nowhere', inSource('d/y'));
      lutimesSync(inSource('d/y'), 1, 1);
      const { sum, deletePass } = await bench.round();

      expectSameTree(bench.source, bench.destination);
      expect(deletePass.counters['deleted']).toBe(3); // gone, moved, dead with all in it
      expect(sum).toMatchObject({ deleted: 5, awaitingDelete: 0 });
      expect(closeSum({ ...sum })).toMatchObject({ closes: true, clean: true });
    });

    promise('that find nothing new do nothing', async () => {
      open(nastyTree({ levels: 5 }));
      await bench.round();

      const { copy, sum } = await bench.round();

      expect(copy.counters['planned']).toBe(0);
      expect(sum).toMatchObject({ changedEntries: 0, changedBytes: 0 });
      expect(closeSum({ ...sum })).toMatchObject({ closes: true, clean: true });
    });

    promise('that do not delete count what waits to be deleted', async () => {
      open({ a: file('a'), b: file('b') });
      await bench.round();
      rmSync(inSource('a'));

      const second = await bench.round({ deletes: false });
      const third = await bench.round({ deletes: false });
      const last = await bench.round({ deletes: true });

      expect([second.sum.awaitingDelete, third.sum.awaitingDelete]).toEqual([1, 1]);
      expect(last.sum).toMatchObject({ awaitingDelete: 0, deleted: 1 });
      expectSameTree(bench.source, bench.destination);
    });

    promise('replace a directory by a file and a file by a directory', async () => {
      open({ a: directory({ x: file('x') }), b: file('b') });
      await bench.round();
      rmSync(inSource('a'), { recursive: true });
      writeFileSync(inSource('a'), 'now a file');
      rmSync(inSource('b'));
      mkdirSync(inSource('b'));
      writeFileSync(inSource('b/y'), 'y');

      await bench.round(); // makes room
      const { sum } = await bench.round();

      expectSameTree(bench.source, bench.destination);
      expect(closeSum({ ...sum })).toMatchObject({ closes: true, clean: true });
    });

    promise('keep hard links together when one of their names changes', async () => {
      open({ a: file('shared'), d: directory({ b: hardLink('a') }), z: hardLink('a') });
      await bench.round();
      expectSameTree(bench.source, bench.destination);

      appendFileSync(inSource('z'), ' more');
      await bench.round();

      expectSameTree(bench.source, bench.destination);
    });
  });

  describe(`${name}: deletes`, () => {
    promise('are refused above the count, and nothing is deleted', async () => {
      open(
        { a: file('1'), b: file('2'), c: file('3'), keep: file('k') },
        { deletes: { when: 'every round', maxCount: 2, maxPercent: 100 } },
      );
      await bench.round();
      for (const name of ['a', 'b', 'c']) rmSync(inSource(name));

      await expect(bench.round()).rejects.toMatchObject({ code: 'DELETE_REFUSED' });

      for (const name of ['a', 'b', 'c']) expect(existsSync(inDestination(name))).toBe(true);
    });

    promise('are refused above the share of entries', async () => {
      open(
        { a: file('1'), b: file('2'), c: file('3') },
        { deletes: { when: 'every round', maxPercent: 30 } },
      );
      await bench.round();
      rmSync(inSource('a'));
      rmSync(inSource('b'));

      await expect(bench.round()).rejects.toMatchObject({ code: 'DELETE_REFUSED' });
    });

    promise('spare what a rule, an exception or another chunk covers', async () => {
      open({ keep: file('k'), x: file('x') });
      await bench.round();
      writeFileSync(inDestination('log.tmp'), 'local');
      writeFileSync(inDestination('accepted'), 'local');
      mkdirSync(inDestination('other'));

      await bench.round(
        {},
        {
          excludes: ['*.tmp'],
          exceptions: new Set(['accepted']),
          chunk: { ...WHOLE, without: ['other'] },
        },
      );

      for (const name of ['log.tmp', 'accepted', 'other'])
        expect(existsSync(inDestination(name))).toBe(true);
    });

    promise('go to the trash when the spec has one', async () => {
      open(
        { a: file('precious'), b: file('b') },
        { deletes: { when: 'every round', maxPercent: 100, trash: { keepFor: '7d' } } },
      );
      await bench.round();
      rmSync(inSource('a'));

      await bench.round();

      expect(existsSync(inDestination('a'))).toBe(false);
      expect(readFileSync(inDestination('.longhaul-trash/m/2/a'), 'utf8')).toBe('precious');
    });

    promise('leave the trash after the time they are kept', async () => {
      open(
        { a: file('a'), b: directory({ c: file('c') }), d: file('d') },
        { deletes: { when: 'every round', maxPercent: 100, trash: { keepFor: '7d' } } },
      );
      await bench.round();
      rmSync(inSource('b'), { recursive: true });
      await bench.round();
      await bench.round();
      expect(existsSync(inDestination('.longhaul-trash/m/2/b/c'))).toBe(true);

      const eightDaysAgo = new Date(Date.now() - 8 * 86_400_000);
      utimesSync(inDestination('.longhaul-trash/m/2'), eightDaysAgo, eightDaysAgo);
      rmSync(inSource('d'));
      await bench.round();

      expect(readdirSync(inDestination('.longhaul-trash/m'))).toEqual(['4']);
      expect(readFileSync(inDestination('.longhaul-trash/m/4/d'), 'utf8')).toBe('d');
    });

    promise('never come from a source that is gone', async () => {
      open({ a: file('a'), b: file('b') });
      await bench.round();
      renameSync(bench.source, `${bench.source}.away`);

      await expect(bench.round()).rejects.toMatchObject({ code: 'SOURCE_MISSING' });

      renameSync(`${bench.source}.away`, bench.source);
      expect(differences(bench.source, bench.destination)).toEqual([]);
    });

    promise('never come from an empty directory where the source was', async () => {
      open({ a: file('a'), b: file('b') });
      await bench.round();
      renameSync(bench.source, `${bench.source}.away`);
      mkdirSync(bench.source);

      await expect(bench.round()).rejects.toMatchObject({
        code: expect.stringMatching(/^SOURCE_/),
      });

      expect(existsSync(inDestination('a'))).toBe(true);
    });
  });

  describe(`${name}: verification`, () => {
    promise(
      'repairs a copy that was altered behind its back, and tells it from drift',
      async () => {
        open({ a: file('content'), b: file('other') });
        await bench.round({ number: 1 });
        alterKeepingTime(inDestination('a'));

        const { verify } = await bench.round({ number: 2, verify: 'full' });

        expect(verify.counters).toMatchObject({ corrupt: 1, repaired: 1 });
        expectSameTree(bench.source, bench.destination);
      },
    );

    promise('calls it drift when the source has changed since', async () => {
      open({ a: file('content') });
      const job = (): StepJob => bench.job({ number: 1 });
      await bench.engine.scan(job());
      await bench.engine.copy(job());
      appendFileSync(inSource('a'), '!');
      alterKeepingTime(inDestination('a'));

      const { counters } = await bench.engine.verify(job());
      const sum = await bench.engine.close(job());

      expect(counters).toMatchObject({ drifted: 1 });
      expect(sum).toMatchObject({ drifted: 1, verified: 0 });
      await bench.round({ number: 2 });
      expectSameTree(bench.source, bench.destination);
    });
  });

  describe(`${name}: a step`, () => {
    promise('that lost its lease writes nothing more', async () => {
      open({ a: file('a') });
      const job = bench.job({ number: 1 });
      await bench.engine.scan(job);
      acquireLease(job.store.directory, 'another worker');

      await expect(bench.engine.copy(job)).rejects.toMatchObject({ code: 'FENCED' });

      expect(existsSync(inDestination('a'))).toBe(false);
    });

    promise('called again when it is done does nothing again', async () => {
      open({ a: file('a'), d: directory({ b: file('b') }) });
      await bench.round({ number: 1 });

      const { scan, copy, sum } = await bench.round({ number: 1 });

      expect(scan.counters['listed']).toBe(0);
      expect(copy.counters).toMatchObject({ resumed: 3 });
      expect(copy.counters['copied'] ?? 0).toBe(0);
      expect(sum).toMatchObject({ seen: 3, verified: 3 });
    });
  });

  test(`${name} names only promises of the contract as what it cannot keep`, () => {
    expect([...skipped].sort()).toEqual(Object.keys(cannot).sort());
  });
}

/** Flips a byte and puts the times back to the nanosecond, as a bad disk would. */
export function alterKeepingTime(path: string): void {
  const reference = `${path}.times`;
  execFileSync('touch', ['-r', path, reference]);
  const bytes = readFileSync(path);
  bytes[0]! ^= 1;
  writeFileSync(path, bytes);
  execFileSync('touch', ['-r', reference, path]);
  rmSync(reference);
}
