/** ARCHITECTURE.md against the folders of src/, and the rules of scripts/check-rooms.mjs against sources that break them. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { FLOORS, violations, type Source } from '../../scripts/check-rooms.mjs';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
const [, picture = ''] = /## The floors[\s\S]*?```\n([\s\S]*?)```/.exec(page) ?? [];

const rooms = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => entry.parentPath.slice(join(root, 'src/').length))
  .filter((room, i, all) => room !== '' && all.indexOf(room) === i);

describe('ARCHITECTURE.md', () => {
  test('stays at 200 lines or fewer', () => {
    expect(page.split('\n').length - 1).toBeLessThanOrEqual(200);
  });

  test('has one line for each room, and none for a room that does not exist', () => {
    const [, list = ''] = page.split('## The rooms');
    const lines = (list.split('\n## ')[0] ?? '')
      .split('\n')
      .filter((line) => line.startsWith('- '));
    const named = lines.flatMap((line) =>
      [...line.matchAll(/`([\w/-]+)\/`/g)].map(([, room]) => room),
    );

    expect([...named].sort()).toEqual([...rooms].sort());
  });

  test('names only files and rooms that exist', () => {
    const named = [...page.matchAll(/`((?:[a-z][\w-]*\/)+[\w-]+(?:\.\w+)?)`/g)].map(
      ([, path]) => path!,
    );
    const places = ['', 'src/', 'src/engines/'];
    const exists = (path: string): boolean =>
      places.some((place) => ['', '.ts'].some((end) => existsSync(join(root, place + path + end))));

    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((path) => !exists(path))).toEqual([]);
  });

  test('draws every floor that the check enforces', () => {
    const drawn = new Set(picture.match(/[a-z]+/g));
    const enforced = FLOORS['src']!.flat().map((room) => room.replace('.ts', ''));

    expect(enforced.filter((room) => !drawn.has(room))).toEqual([]);
  });
});

const source = (path: string, text = '', imports: readonly string[] = []): Source => ({
  path,
  text,
  imports,
});

describe('npm run check:rooms', () => {
  test('accepts the sources as they are', () => {
    expect(violations()).toEqual([]);
  });

  test.each([
    [
      'an import that leads up',
      [source('src/policy/rounds/phase.ts', '', ['src/cli/main.ts'])],
      'not on a lower floor',
    ],
    [
      'an import between rooms on one floor',
      [source('src/catalog/reader.ts', '', ['src/aws/names.ts'])],
      'not on a lower floor',
    ],
    [
      'folders that import each other through a third one',
      [
        source('src/cli/steer/a.ts', '', ['src/cli/watch/b.ts']),
        source('src/cli/watch/b.ts', '', ['src/cli/prove/c.ts']),
        source('src/cli/prove/c.ts', '', ['src/cli/steer/a.ts']),
      ],
      'import each other',
    ],
    [
      'a folder of 19 files',
      Array.from({ length: 19 }, (_, i) => source(`src/model/file-${i}.ts`)),
      '19 files',
    ],
    ['a file of 301 lines', [source('src/log.ts', '\n'.repeat(301))], '301 lines'],
    ['an exported let', [source('src/log.ts', 'export let level = 1;\n')], 'mutable state'],
    [
      'an exported map',
      [source('src/log.ts', 'export const seen = new Map();\n')],
      'mutable state',
    ],
    [
      'an exported buffer in native memory',
      [source('src/log.ts', 'export const before = allocate(256);\n')],
      'mutable state',
    ],
    [
      'a comment of one line that begins with Of',
      [source('src/log.ts', '/** Of a file. */\n')],
      'noun clause',
    ],
    [
      'a comment of several lines that begins with What',
      [source('src/log.ts', '/**\n * What it is.\n */\n')],
      'noun clause',
    ],
  ])('reports %s', (_, sources, message) => {
    const found = violations(sources);

    expect(found).not.toEqual([]);
    expect(found.every((line) => line.includes(message))).toBe(true);
  });

  test('accepts a constant that cannot be changed, and comments that begin with a verb', () => {
    const text =
      '/** Returns the level. */\nexport const LEVELS: ReadonlySet<string> = new Set();\n/**\n * Runs.\n */\n';

    expect(violations([source('src/log.ts', text)])).toEqual([]);
  });
});
