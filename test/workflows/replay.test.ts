/**
 * Workflows that began under an earlier release continue under this one: each recorded history replays
 * with the current bundle. An altered history does not, nor does a bundle with another order of commands.
 * A change that fails here goes behind patched(); the histories are never changed.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { Worker } from '@temporalio/worker';
import { workflowBundle } from '../support/servers/workflow-bench.ts';
import { quiet } from '../support/servers/quiet-sdk.ts';

const folder = new URL('../fixtures/histories/', import.meta.url);
const versions = readdirSync(folder);

interface Recorded {
  readonly file: string;
  readonly scenario: string;
  readonly workflowId: string;
  readonly events: number;
}
interface Manifest {
  readonly version: string;
  readonly commit: string;
  readonly histories: readonly Recorded[];
}
type Event = Record<string, Record<string, unknown> | undefined>;
interface History {
  events: Event[];
}

const manifestOf = (version: string): Manifest =>
  JSON.parse(readFileSync(new URL(`${version}/manifest.json`, folder), 'utf8')) as Manifest;
const historyOf = (version: string, { file }: Recorded): History => {
  const packed = readFileSync(new URL(`${version}/${file}`, folder));
  return JSON.parse(gunzipSync(packed).toString()) as History;
};
const all = versions.flatMap((version) =>
  manifestOf(version).histories.map((recorded) => ({ version, recorded })),
);

type Problems = ReadonlyMap<string, Error | undefined>;

/** Errors by `version/file`; undefined for a history that replays. */
async function replay(
  histories: Iterable<{ readonly key: string; readonly id: string; readonly history: History }>,
  code = workflowBundle(),
): Promise<Problems> {
  const given = [...histories];
  const problems = new Map<string, Error | undefined>();
  // Sequential, because runs may share an id.
  for (const { key, id, history } of given) {
    const error = await Worker.runReplayHistory({ workflowBundle: { code } }, history, id).then(
      () => undefined,
      (reason: Error) => reason,
    );
    problems.set(key, error);
  }
  return problems;
}

const keyOf = ({ version, recorded }: (typeof all)[number]): string =>
  `${version}/${recorded.file.replace('.json.gz', '')}`;
const given = (some = all): { key: string; id: string; history: History }[] =>
  some.map((one) => ({
    key: keyOf(one),
    id: one.recorded.workflowId,
    history: historyOf(one.version, one.recorded),
  }));

beforeAll(quiet);

describe('a recorded history', () => {
  test.each(given().map((one) => [one.key, one] as const))('%s replays', async (key, one) => {
    expect((await replay([one])).get(key)).toBeUndefined();
  });

  test('exists for every phase and turn, of every type, as the manifest says', () => {
    expect(versions).toContain('0.1.0');
    for (const version of versions) {
      const { histories, commit } = manifestOf(version);
      expect(commit).toMatch(/^[0-9a-f]{40}$/);
      const files = readdirSync(new URL(`${version}/`, folder)).sort();
      expect(files).toEqual([...histories.map(({ file }) => file), 'manifest.json'].sort());
      expect(new Set(histories.map(({ workflowId }) => typeOf(workflowId)))).toEqual(
        new Set(['migration', 'round', 'chunk']),
      );
      for (const scenario of PHASES_AND_TURNS)
        expect(histories.map((one) => one.scenario)).toContain(scenario);
      for (const recorded of histories)
        expect(historyOf(version, recorded).events).toHaveLength(recorded.events);
    }
  });
});

const PHASES_AND_TURNS = [
  'assessing',
  'seeding',
  'catching-up-with-a-blocked-chunk',
  'round-continued-as-new',
  'ready',
  'cutover-to-done',
  'postponed',
  'aborted-while-seeding',
];
const typeOf = (workflowId: string): string =>
  workflowId.includes('/chunk/') ? 'chunk' : workflowId.includes('/round/') ? 'round' : 'migration';

/** Alters a history so that the workflows cannot have written it; undefined if it has no such event. */
const MUTATIONS: Readonly<Record<string, (history: History) => History | undefined>> = {
  'another type of activity': ({ events }) =>
    changeFirst(events, 'activityTaskScheduledEventAttributes', (attributes) => ({
      ...attributes,
      activityType: { name: 'shred' },
    })),
  'another child': ({ events }) =>
    changeFirst(events, 'startChildWorkflowExecutionInitiatedEventAttributes', (attributes) => ({
      ...attributes,
      workflowId: `${String(attributes['workflowId'])}/other`,
    })),
  'another order of activities': ({ events }) => {
    const key = 'activityTaskScheduledEventAttributes';
    const scheduled = events.filter((event) => event[key]);
    const type = (event: Event): unknown => event[key]!['activityType'];
    const other = scheduled.find(
      (event) => JSON.stringify(type(event)) !== JSON.stringify(type(scheduled[0]!)),
    );
    if (other === undefined) return undefined;
    const types = [type(other), type(scheduled[0]!)];
    [scheduled[0]!, other].forEach((event, n) => {
      event[key] = { ...event[key], activityType: types[n] };
    });
    return { events };
  },
};

function changeFirst(
  events: Event[],
  key: string,
  change: (attributes: Record<string, unknown>) => Record<string, unknown>,
): History | undefined {
  const event = events.find((one) => one[key]);
  if (event === undefined) return undefined;
  event[key] = change(event[key]!);
  return { events };
}

describe('a history with', () => {
  test.each(Object.entries(MUTATIONS))('%s is refused', async (_, mutate) => {
    const mutated = given().flatMap((one) => {
      const history = mutate(one.history);
      return history === undefined ? [] : [{ ...one, history }];
    });
    expect(mutated.length).toBeGreaterThan(5);

    const problems = await replay(mutated);

    const accepted = [...problems].filter(([, error]) => error === undefined);
    expect(accepted).toEqual([]);
  });
});

/** Edits of the built workflows that replay must detect. */
const EDITS: readonly [what: string, type: string, from: RegExp, to: string][] = [
  [
    'a chunk that copies before it scans',
    'chunk',
    /(\['scan', 'scan', 'scanning'\]),\s*(\['copy', 'copy', 'copying'\])/,
    '$2, $1',
  ],
  ['a round that gives its chunks other ids', 'round', /\/chunk\/\$\{chunk\}/, '/part/${chunk}'],
  [
    'a migration that lists chunks instead of recording',
    'migration',
    /\.record\(\{ migration/,
    '.listChunks({ migration',
  ],
];

describe('a bundle with', () => {
  test.each(EDITS)('%s is refused', async (_, type, from, to) => {
    const code = workflowBundle();
    expect(code).toMatch(from);
    const some = all.filter(({ recorded }) => typeOf(recorded.workflowId) === type);

    const problems = await replay(given(some), code.replace(from, to));

    expect(
      [...problems.values()].some((error) => /TMPRL1100|determinism/i.test(String(error))),
    ).toBe(true);
  });
});
