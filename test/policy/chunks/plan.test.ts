import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { comparePaths, isWithin, parentOf, rawFromText } from '../../../src/paths.ts';
import { planChunks } from '../../../src/policy/chunks/plan-chunks.ts';
import { chunkOf, type ChunkPlan, type DirectorySummary } from '../../../src/policy/chunks/plan.ts';
import { parsePlan, planToJson } from '../../../src/policy/chunks/json.ts';

const NOW = Date.parse('2026-03-01T00:00:00Z');
const limits = { maxEntries: 100, maxBytes: 1000 };

/** Builds summaries from { path: [files, bytes] }; adds missing parents and entries of subdirectories. */
function tree(files: Readonly<Record<string, readonly [number, number]>>): DirectorySummary[] {
  const found = new Map<string, { path: string; entries: number; bytes: number }>();
  const visit = (path: string) => {
    let directory = found.get(path);
    if (directory === undefined) {
      directory = { path, entries: 0, bytes: 0 };
      found.set(path, directory);
      if (path !== '') visit(parentOf(path)).entries++;
    }
    return directory;
  };
  visit('');
  for (const [path, [entries, bytes]] of Object.entries(files)) {
    const directory = visit(rawFromText(path));
    directory.entries += entries;
    directory.bytes += bytes;
  }
  return [...found.values()].sort((a, b) => comparePaths(a.path, b.path));
}

const plan = (summaries: DirectorySummary[], previous?: ChunkPlan) =>
  planChunks(summaries, limits, previous === undefined ? { now: NOW } : { now: NOW, previous });
const rootsOf = (made: ChunkPlan) => Object.fromEntries(made.chunks.map((c) => [c.id, c.roots]));

describe('planChunks', () => {
  test('plans one chunk, the root, for an empty tree', () => {
    const made = plan([]);

    expect(made.chunks).toEqual([{ id: '0000', roots: [''], without: [], entries: 0, bytes: 0 }]);
  });

  test('plans one chunk for a tree within the limits', () => {
    const made = plan(tree({ a: [40, 0], 'b/c': [40, 0] }));

    expect(made.chunks).toEqual([{ id: '0000', roots: [''], without: [], entries: 83, bytes: 0 }]);
  });

  test('carves off a big directory and groups small siblings', () => {
    const made = plan(
      tree({ '': [3, 10], a: [90, 0], b: [20, 0], c: [20, 0], d: [20, 0], e: [70, 0] }),
    );

    expect(made.chunks).toEqual([
      { id: '0000', roots: [''], without: ['a', 'b', 'c', 'd'], entries: 74, bytes: 10 },
      { id: '0001', roots: ['a'], without: [], entries: 91, bytes: 0 },
      { id: '0002', roots: ['b', 'c', 'd'], without: [], entries: 63, bytes: 0 },
    ]);
  });

  test('descends into a directory only as deep as the limits require', () => {
    const made = plan(tree({ 'home/ann': [60, 0], 'home/bob': [60, 0], etc: [10, 0] }));

    expect(rootsOf(made)).toEqual({ '0000': [''], '0001': ['home/ann'] });
  });

  test('splits by bytes as well as by entries', () => {
    const made = plan(tree({ a: [1, 900], b: [1, 900] }));

    expect(rootsOf(made)).toEqual({ '0000': [''], '0001': ['a'] });
  });

  test.each([
    [
      'entries',
      tree({ big: [101, 0] }),
      'big has 102 entries of its own, limit 100; a directory is not split',
    ],
    [
      'bytes',
      tree({ big: [2, 1001] }),
      'big has 1001 B in files of its own, limit 1000 B; a directory is not split',
    ],
  ])(
    'gives the reason for a directory whose own %s exceed the limit',
    (_what, summaries, because) => {
      const made = plan(summaries);

      expect(made.chunks.find((chunk) => chunk.id === '0001')).toMatchObject({
        roots: ['big'],
        because,
      });
    },
  );

  test('gives the reason if the top directory itself exceeds the limit', () => {
    const made = plan(tree({ '': [150, 0] }));

    expect(made.chunks[0]?.because).toMatch(/^the top directory has 150 entries of its own/);
  });

  test('plans no separate chunk for a small subtree of a directory that is too big', () => {
    const made = plan(tree({ big: [150, 0], 'big/small': [2, 0] }));

    expect(rootsOf(made)).toEqual({ '0000': [''], '0001': ['big'] });
  });

  test('throws if summaries are out of order', () => {
    expect(() =>
      plan([
        { path: 'b', entries: 1, bytes: 0 },
        { path: 'a', entries: 1, bytes: 0 },
      ]),
    ).toThrow('out of order: a after b');
  });
});

describe('planChunks with a previous plan', () => {
  const before = tree({ a: [60, 0], b: [60, 0], c: [60, 0], d: [60, 0] });
  const first = plan(before);

  test('changes nothing if the tree is unchanged', () => {
    const again = plan(before, first);

    expect(again).toEqual({ ...first, revision: 2 });
  });

  test('keeps every chunk if the tree grows slightly', () => {
    const again = plan(tree({ a: [70, 0], b: [61, 0], c: [62, 0], d: [60, 0], e: [5, 0] }), first);

    expect(rootsOf(again)).toEqual(rootsOf(first));
  });

  test('plans a new chunk for what no longer fits and does not change the others', () => {
    const again = plan(
      tree({ a: [60, 0], b: [60, 0], 'b/x': [70, 0], c: [60, 0], d: [60, 0] }),
      first,
    );

    expect(rootsOf(first)).toEqual({ '0000': [''], '0001': ['a'], '0002': ['b'], '0003': ['c'] });
    expect(rootsOf(again)).toEqual({ ...rootsOf(first), '0004': ['b/x'] });
  });

  test('retires the id of a chunk whose roots are gone and never reuses it', () => {
    const without = plan(tree({ a: [60, 0], b: [60, 0], d: [60, 0] }), first);
    const back = plan(before, without);

    expect(without.retired).toEqual(['0003']);
    expect(rootsOf(back)).toEqual({ '0000': [''], '0001': ['a'], '0002': ['b'], '0004': ['c'] });
    expect(back.retired).toEqual(['0003']);
  });

  test('keeps a group of siblings while one of them exists', () => {
    const group = plan(tree({ a: [40, 0], b: [30, 0], c: [90, 0], d: [50, 0] }));
    const again = plan(tree({ b: [30, 0], c: [90, 0], d: [50, 0] }), group);

    expect(rootsOf(group)['0001']).toEqual(['a', 'b']);
    expect(rootsOf(again)['0001']).toEqual(['b']);
  });
});

const names = ['a', 'b', 'c', 'a-b', 'é', 'ab'].map(rawFromText);
const somePath = fc
  .array(fc.constantFrom(...names), { maxLength: 5 })
  .map((components) => components.join('/'));
const someTree = fc
  .array(fc.tuple(somePath, fc.nat(130), fc.nat(1300)), { maxLength: 60 })
  .map((rows) => {
    const files: Record<string, [number, number]> = {};
    for (const [path, entries, bytes] of rows) {
      // Names come as raw paths here; tree() takes text.
      files[Buffer.from(path, 'latin1').toString()] = [entries, bytes];
    }
    return tree(files);
  });

/** Applies the definition of a chunk literally: inside one of the roots and outside of `without`. */
const chunksHolding = (path: string, made: ChunkPlan) =>
  made.chunks.filter(
    ({ roots, without }) =>
      roots.some((root) => isWithin(path, root)) && !without.some((root) => isWithin(path, root)),
  );

describe('every plan', () => {
  test('assigns each path to exactly one chunk, including paths that appear later', () => {
    fc.assert(
      fc.property(someTree, someTree, fc.array(somePath), (before, after, later) => {
        for (const made of [plan(before), plan(after, plan(before))]) {
          for (const path of [...before.map((d) => d.path), ...later]) {
            expect(chunksHolding(path, made)).toEqual([chunkOf(path, made)]);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test('counts every entry and byte in exactly one chunk', () => {
    fc.assert(
      fc.property(someTree, someTree, (before, after) => {
        const made = plan(after, plan(before));
        const total = (what: 'entries' | 'bytes') =>
          made.chunks.reduce((sum, chunk) => sum + chunk[what], 0);

        expect(total('entries')).toBe(made.totals.entries);
        expect(total('bytes')).toBe(made.totals.bytes);
        for (const chunk of made.chunks)
          expect(chunk.entries).toBe(entriesOf(chunk.id, made, after));
      }),
      { numRuns: 200 },
    );
  });

  test('stays within the limits, except for directories that it gives a reason for', () => {
    fc.assert(
      fc.property(someTree, someTree, (before, after) => {
        for (const { entries, bytes, because } of plan(after, plan(before)).chunks) {
          const fits = entries <= limits.maxEntries && bytes <= limits.maxBytes;
          expect(fits || because !== undefined).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('keeps all chunks when it is recomputed for the same tree', () => {
    fc.assert(
      fc.property(someTree, (summaries) => {
        const first = plan(summaries);
        expect(plan(summaries, first).chunks).toEqual(first.chunks);
      }),
      { numRuns: 300 },
    );
  });

  test('never reuses an id for other roots', () => {
    fc.assert(
      fc.property(fc.array(someTree, { minLength: 2, maxLength: 5 }), (trees) => {
        let last: ChunkPlan | undefined;
        const firstRoots = new Map<string, ReadonlySet<string>>();
        for (const summaries of trees) {
          last = plan(summaries, last);
          for (const { id, roots } of last.chunks) {
            const known = firstRoots.get(id) ?? new Set(roots);
            firstRoots.set(id, known);
            for (const root of roots) expect(known).toContain(root);
            expect(last.retired).not.toContain(id);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  test('plans no two adjacent chunks that would fit into one', () => {
    fc.assert(
      fc.property(someTree, (summaries) => {
        const made = plan(summaries);
        const share = made.totals.entries / limits.maxEntries + made.totals.bytes / limits.maxBytes;
        expect(made.chunks.length).toBeLessThanOrEqual(1 + Math.ceil((2 * share) / 0.8));
      }),
      { numRuns: 300 },
    );
  });

  test('survives serialization as JSON', () => {
    fc.assert(
      fc.property(someTree, (summaries) => {
        const made = plan(summaries);
        expect(parsePlan(JSON.parse(JSON.stringify(planToJson(made))))).toEqual(made);
      }),
      { numRuns: 100 },
    );
  });
});

/** Counts in another way: a directory and its own files count for the chunk of the directory. */
function entriesOf(id: string, made: ChunkPlan, summaries: readonly DirectorySummary[]): number {
  const children = new Map<string, number>();
  for (const { path } of summaries) {
    if (path !== '') children.set(parentOf(path), (children.get(parentOf(path)) ?? 0) + 1);
  }
  return summaries
    .filter(({ path }) => chunkOf(path, made).id === id)
    .reduce(
      (sum, { path, entries }) => sum + entries - (children.get(path) ?? 0) + (path === '' ? 0 : 1),
      0,
    );
}

test('planChunks plans 1,000,000 directories in less than 10 s', () => {
  function* big(): Generator<DirectorySummary> {
    yield { path: '', entries: 100, bytes: 0 };
    for (let a = 0; a < 100; a++) {
      yield { path: `user-${a + 100}`, entries: 100, bytes: 0 };
      for (let b = 0; b < 100; b++) {
        yield { path: `user-${a + 100}/year-${b + 100}`, entries: 99, bytes: 0 };
        for (let c = 0; c < 99; c++) {
          const path = `user-${a + 100}/year-${b + 100}/box-${c + 100}`;
          yield { path, entries: 20, bytes: 30_000_000 };
        }
      }
    }
  }
  const before = process.cpuUsage();

  const made = planChunks(big(), { maxEntries: 500_000, maxBytes: 200 * 2 ** 30 }, { now: NOW });

  expect(made.totals.directories).toBe(1_000_101);
  // Processor time, because other processes may be running.
  expect(process.cpuUsage(before).user / 1_000).toBeLessThan(10_000);
});
