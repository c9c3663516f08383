import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { exampleSpec } from '../../src/spec/examples/posix.ts';
import { checkSpec, loadSpec } from '../../src/spec/load.ts';
import { parseSpec } from '../../src/spec/parse.ts';
import { describeProblem } from '../../src/spec/reading/problem.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'longhaul-spec-'));
  for (const name of ['old', 'new', 'old/inner', 'new/inner', 'state']) mkdirSync(join(root, name));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const text = (source: string, destination: string, state = 'state') =>
  `name: acme
source: { path: ${join(root, source)} }
destination: { path: ${join(root, destination)} }
stateDirectory: ${join(root, state)}
`;

const minimal = 'name: acme\nsource: { path: /a }\ndestination: { path: /b }\nstateDirectory: /c\n';
const problemsOf = (yaml: string) => parseSpec(yaml).problems.map(describeProblem);

describe('a spec as text', () => {
  test('fills defaults and turns units into numbers', () => {
    const { spec, problems } = parseSpec(`${minimal}link: { bandwidth: 50 Mbit/s }\n`);

    expect(problems).toEqual([]);
    expect(spec).toMatchObject({
      version: 1,
      engine: 'posix',
      source: { kind: 'posix', path: '/a' },
      link: { bandwidth: 6_250_000, calendar: [], timeZone: 'UTC' },
      chunks: { maxEntries: 500_000, maxBytes: 200 * 2 ** 30 },
      rounds: { intervalStart: 86_400_000, intervalFloor: 3_600_000 },
      deletes: { when: 'final', maxCount: 10_000, maxPercent: 10 },
    });
  });

  test('names all problems at once, each with line, path, expectation and what was found', () => {
    expect(
      problemsOf(`name: Acme Corp
source: { path: data, marker: ../x }
destination:
  path: /b
link:
  bandwidth: fast
  calendar:
    - { from: "8:00", to: "18:00", bandwidth: 0 Mbit/s }
chunks: { maxEntries: 0.5, maxBytes: 12 }
excludes: tmp
verify: { digest: md5 }
`),
    ).toEqual([
      'line 1: name: expected lower-case letters, digits and dashes, at most 63, found "Acme Corp"',
      'line 2: source.path: expected an absolute path, found "data"',
      'line 2: source.marker: expected a path inside the tree, such as ".longhaul-tree", found "../x"',
      'stateDirectory: expected an absolute path, found nothing',
      'line 9: chunks.maxEntries: expected a whole number, found 0.5',
      'line 9: chunks.maxBytes: expected a size above 0, such as "200 GiB", found 12',
      'line 6: link.bandwidth: expected a rate above 0, such as "50 Mbit/s", found "fast"',
      'line 8: link.calendar[0].from: expected a time of day, such as "08:00", found "8:00"',
      'line 8: link.calendar[0].bandwidth: expected a rate above 0, such as "50 Mbit/s", found "0 Mbit/s"',
      'line 10: excludes: expected a list, found "tmp"',
      'line 11: verify.digest: expected one of "sha256", "blake3", found "md5"',
    ]);
  });

  test.each([
    [
      'in a block',
      'link: { bandwith: 1 Mbit/s }',
      'line 5: link.bandwith: unknown key; did you mean "bandwidth"?',
    ],
    ['at the top', 'exclude: []', 'line 5: exclude: unknown key; did you mean "excludes"?'],
    [
      'in a list',
      'link: { calendar: [{ from: "08:00", to: "09:00", bandwidth: 1 MB/s, day: [mon] }] }',
      'line 5: link.calendar[0].day: unknown key; did you mean "days"?',
    ],
    [
      'like nothing there is',
      'verify: { colour: red }',
      'line 5: verify.colour: unknown key; expected one of mode, digest',
    ],
  ])('names the key that was meant by one %s', (_what, line, problem) => {
    expect(problemsOf(`${minimal}${line}\n`)).toEqual([problem]);
  });

  test.each([
    [
      'rounds: { intervalStart: 1h, intervalFloor: 2h }',
      'line 5: rounds.intervalFloor: expected at most intervalStart (1h), found 2h',
    ],
    [
      'cutover: { window: { start: "2026-12-02T00:00:00Z", end: "2026-12-01T00:00:00Z" } }',
      'line 5: cutover.window.end: expected a time after the start (2026-12-02T00:00:00Z), found 2026-12-01T00:00:00Z',
    ],
    [
      'rounds: { first: "2027-01-01T00:00:00Z" }\ncutover: { window: { start: "2026-12-01T00:00:00Z", end: "2026-12-02T00:00:00Z" } }',
      'line 5: rounds.first: expected a time before the cutover window ends (2026-12-02T00:00:00Z), found 2027-01-01T00:00:00Z',
    ],
    [
      'cutover: { window: { start: "tomorrow", end: "2026-12-01T00:00:00Z" } }',
      'line 5: cutover.window.start: expected a time with its offset, such as "2026-12-01T22:00:00Z", found "tomorrow"',
    ],
    [
      'link: { timeZone: Berlin }',
      'line 5: link.timeZone: expected a time zone, such as "Europe/Berlin", found "Berlin"',
    ],
    [
      'timing: { probeInterval: 10m }',
      'line 5: timing.probeIntervalMax: expected at least probeInterval (10m), found 5m',
    ],
    [
      'link: { calendar: [{ from: "08:00", to: "08:00", bandwidth: 1 MB/s }] }',
      'line 5: link.calendar[0].to: expected another time than from (08:00), found 08:00',
    ],
    [
      'link: { calendar: [{ from: "22:00", to: "06:00", bandwidth: 1 MB/s }, { days: [mon], from: "23:00", to: "05:00", bandwidth: 2 MB/s }] }',
      'line 5: link.calendar[1]: never applies: earlier rows cover all its times, and the first that matches wins',
    ],
    ['name: twice', 'line 5: the spec: not valid YAML: Map keys must be unique'],
    [
      'excludes: *nowhere',
      'the spec: not valid YAML: Unresolved alias (the anchor must be set before the alias): nowhere',
    ],
  ])('refuses %s', (lines, problem) => {
    expect(problemsOf(`${minimal}${lines}\n`)).toEqual([problem]);
  });

  test('names what is wrong among the fields together with what is wrong in one', () => {
    const rounds = 'rounds: { intervalStart: 1h, intervalFloor: 2h }';

    expect(problemsOf(`${minimal}${rounds}\ndelets: {}\nchunks: { maxEntries: 1e999 }\n`)).toEqual([
      'line 7: chunks.maxEntries: expected a number, found Infinity',
      'line 6: delets: unknown key; did you mean "deletes"?',
      'line 5: rounds.intervalFloor: expected at most intervalStart (1h), found 2h',
    ]);
  });

  test('says nothing about what depends on a field that is wrong itself', () => {
    expect(problemsOf(`${minimal}rounds: { intervalStart: soon, intervalFloor: 30h }\n`)).toEqual([
      'line 5: rounds.intervalStart: expected a duration above 0, such as "6h", found "soon"',
    ]);
    expect(problemsOf(`${minimal}engine: rsync\n`)).toHaveLength(1);
    expect(problemsOf('engine: datasync\n')).toEqual([
      expect.stringMatching(/^name: /),
      expect.stringMatching(/^source: /),
      expect.stringMatching(/^destination: /),
      expect.stringMatching(/^stateDirectory: /),
    ]);
  });

  test('takes a block with nothing in it as one that is not there', () => {
    const commented = 'link:\n  # bandwidth: 50 Mbit/s\ncutover:\n  window:\nrounds:\n';

    expect(parseSpec(`${minimal}${commented}`)).toMatchObject({
      problems: [],
      spec: { link: { calendar: [] }, cutover: { approval: 'required' } },
    });
    expect(problemsOf(`${minimal}delets:\n`)).toEqual([
      'line 5: delets: unknown key; did you mean "deletes"?',
    ]);
  });

  test('lets calendar rows overlap as long as each applies at some time', () => {
    const calendar =
      '[{ days: [mon], from: "08:00", to: "18:00", bandwidth: 1 MB/s }, { from: "00:00", to: "24:00", bandwidth: 2 MB/s }]';

    expect(problemsOf(`${minimal}link: { calendar: ${calendar} }\n`)).toEqual([]);
  });

  test.each(['', '- a\n', 'text'])('refuses %j, which is no spec at all', (yaml) => {
    expect(problemsOf(yaml)[0]).toMatch(/^(line 1: )?the spec: expected a block of keys, found /);
  });
});

test('refuses aliases that blow up', () => {
  const tenfold = (name: string, of: string) =>
    `${name}: &${name} [${Array(10).fill(of).join(', ')}]`;
  const bomb = [tenfold('a', 'x'), tenfold('b', '*a'), tenfold('c', '*b'), tenfold('d', '*c')];

  expect(problemsOf(`${bomb.join('\n')}\n`)).toEqual([
    expect.stringContaining('not valid YAML: Excessive alias count'),
  ]);
});

describe('a spec on this machine', () => {
  test('loads when the trees lie apart', () => {
    expect(checkSpec(text('old', 'new'), 'acme.yaml').source.path).toBe(join(root, 'old'));
  });

  test('is looked at on the disk, too, when a field is wrong', () => {
    const wrong = `${text('old', 'old/inner', 'old/state')}version: 2\n`;

    expect(() => checkSpec(wrong, 'acme.yaml')).toThrow(
      /has 3 problems:\n.*line 3: destination\.path: .* inside it\n.*line 4: stateDirectory: .* inside it\n.*line 5: version: expected 1, found 2$/s,
    );
    const source = text('old', 'new', 'new/state').replace(/source: .*/, 'source: { path: data }');
    expect(() => checkSpec(source, 'acme.yaml')).toThrow(
      /has 2 problems:\n.*source\.path: expected an absolute path.*\n.*stateDirectory: .* inside it$/s,
    );
  });

  test('loads when the destination and the state directory do not exist yet', () => {
    expect(() => checkSpec(text('old', 'later', 'also-later'), 'acme.yaml')).not.toThrow();
  });

  test('loads when one name begins with the other', () => {
    expect(() => checkSpec(text('old', 'old-2', 'old-3'), 'acme.yaml')).not.toThrow();
  });

  test.each([
    [
      'the same directory',
      'old',
      'old',
      'state',
      /^ {2}line 3: destination\.path: expected a place apart from the source .*, the same directory$/m,
    ],
    [
      'the destination inside the source',
      'old',
      'old/inner',
      'state',
      /destination\.path: .* inside it/,
    ],
    [
      'the source inside the destination',
      'new/inner',
      'new',
      'state',
      /source\.path: expected a place apart from the destination .* inside it/,
    ],
    [
      'a destination to be made inside the source',
      'old',
      'old/x/y',
      'state',
      /destination\.path: .* inside it/,
    ],
    [
      'a state directory inside the source',
      'old',
      'new',
      'old/inner/s',
      /stateDirectory: expected a place apart from the source .* inside it/,
    ],
    [
      'a state directory inside the destination',
      'old',
      'new',
      'new/s',
      /stateDirectory: expected a place apart from the destination .* inside it/,
    ],
    [
      'a state directory that is the source',
      'old',
      'new',
      'old',
      /stateDirectory: .* the same directory/,
    ],
    [
      'a missing source',
      'gone',
      'new',
      'state',
      /source\.path: expected a directory, found nothing at .*gone; is it mounted\?/,
    ],
    [
      'a destination that is a file',
      'old',
      'file',
      'state',
      /destination\.path: expected a directory, found a file/,
    ],
    [
      'the same directory behind a symlink',
      'old',
      'link-to-old',
      'state',
      /destination\.path: .* the same directory/,
    ],
    [
      'a destination to be made behind a symlink into the source',
      'old',
      'link-to-old/x',
      'state',
      /destination\.path: .* inside it/,
    ],
    [
      'a source behind a symlink',
      'link-to-old',
      'old/inner',
      'state',
      /destination\.path: .* inside it/,
    ],
  ])('refuses %s', (_what, source, destination, state, message) => {
    writeFileSync(join(root, 'file'), '');
    symlinkSync(join(root, 'old'), join(root, 'link-to-old'));
    const yaml = text(source, destination, state);

    expect(() => checkSpec(yaml, 'acme.yaml')).toThrow(message);
    expect(() => checkSpec(yaml, 'acme.yaml')).toThrow(
      expect.objectContaining({
        code: 'SPEC_INVALID',
        hint: 'Fix the spec, then: longhaul check acme.yaml.',
      }),
    );
  });

  test('refuses a source without its marker', () => {
    const yaml = text('old', 'new').replace('old }', 'old, marker: .tree }');

    expect(() => checkSpec(yaml, 'acme.yaml')).toThrow(
      /line 2: source\.marker: expected a file in the source, found nothing at .*\.tree/,
    );
    writeFileSync(join(root, 'old/.tree'), '');
    expect(() => checkSpec(yaml, 'acme.yaml')).not.toThrow();
  });

  test('names problems of fields and of trees together', () => {
    const yaml = `${text('gone', 'new', 'new/s')}rounds: { intervalFloor: 9d }\n`;

    expect(() => checkSpec(yaml, 'acme.yaml')).toThrow(
      /^acme\.yaml has 3 problems:\n.*source[^]*stateDirectory[^]*intervalFloor/,
    );
  });
});

describe('loadSpec', () => {
  test('loads the example of longhaul init once its paths exist', () => {
    const file = join(root, 'acme.yaml');
    const places = {
      source: join(root, 'old'),
      destination: join(root, 'new'),
      stateDirectory: join(root, 'state'),
    };
    writeFileSync(file, exampleSpec(places));

    expect(loadSpec(file)).toMatchObject({ name: 'acme', source: { path: places.source } });
  });

  test('says which command writes a spec when there is none', () => {
    expect(() => loadSpec(join(root, 'none.yaml'))).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        hint: 'Write one with: longhaul init > acme.yaml.',
      }),
    );
  });
});

test('every line of the example that is commented out is valid, too', () => {
  const all = exampleSpec()
    .split('\n')
    .map((line) => line.replace(/^(\s*)# (?=\s*-|\s*[a-zA-Z]+:( |$))/, '$1'))
    .filter((line) => !line.startsWith('# '))
    .join('\n');

  const { spec, problems } = parseSpec(all);

  expect(problems.map(describeProblem)).toEqual([]);
  expect(spec).toMatchObject({
    source: { marker: '.longhaul-tree' },
    link: { timeZone: 'Europe/Berlin', meanTimeBetweenDrops: 2_700_000 },
    cutover: { freeze: { command: ['/usr/local/bin/stop-writers'] } },
    deletes: { trash: { keepFor: 30 * 86_400_000 } },
    concurrency: { chunks: 8, threads: 2 },
    excludes: ['*.tmp', '/cache/'],
  });
});
