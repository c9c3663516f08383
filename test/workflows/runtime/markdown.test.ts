/** Markdown in the Temporal UI: without an empty line before it, a list becomes one line. */
import { expect, test } from '@jest/globals';
import { chunkDetails } from '../../../src/workflows/chunk/details.ts';
import { detailsOf } from '../../../src/workflows/migration/state/details.ts';
import { newState } from '../../../src/workflows/migration/state/state.ts';
import { blocks, commands, list, plain } from '../../../src/workflows/runtime/markdown.ts';

const SINCE = '2026-03-01T00:00:00.000Z';
const blocked = {
  chunk: '0001',
  step: 'copy',
  code: 'PERMISSION_DENIED',
  because: '2 entries, first: a*b/<i>_x_\n# no heading: EACCES',
  since: SINCE,
} as const;
const rejected = [{ at: SINCE, name: 'puase', because: 'no such message' }];

const PAGES = {
  'a migration with a blocked chunk, paused, with a rejected message': detailsOf(
    'acme',
    {
      ...newState(),
      phase: 'catching up',
      because: 'every chunk went through its first round',
      open: [{ ...blocked, retried: false }],
      paused: { by: 'ops', because: 'backup', at: SINCE },
      rejected,
    },
    Date.parse(SINCE),
  ),
  'a blocked chunk': chunkDetails(
    {
      v: 1,
      migration: 'acme',
      chunk: '0001',
      round: { number: 2, kind: 'catch-up', deletes: false, verify: 'copied' },
    } as never,
    { state: 'blocked', blocked, rejected },
  ),
};

test.each(Object.entries(PAGES))('%s: an empty line separates lists and paragraphs', (_, page) => {
  const outside = page.replace(/```\n[\s\S]*?\n```/g, '(commands)').split('\n');
  const joined = outside.filter(
    (line, at) =>
      at > 0 &&
      line !== '' &&
      outside[at - 1] !== '' &&
      !(isItem(line) && isItem(outside[at - 1]!)),
  );
  expect(joined).toEqual([]);
  expect(outside.filter(isItem).length).toBeGreaterThan(2);
});
const isItem = (line: string): boolean => line.startsWith('- ');

test.each(Object.entries(PAGES))('%s: a reason cannot begin a heading or a tag', (_, page) => {
  expect(page).toContain('a\\*b/\\<i\\>\\_x\\_ \\# no heading: EACCES');
});

test('the next steps keep their columns', () => {
  const page = PAGES['a migration with a blocked chunk, paused, with a rejected message'];
  expect(page).toMatch(/You can now:\n\n```\nlonghaul resume acme +# continue[^`]*\n```/);
});

test('empty blocks are left out', () => {
  expect(blocks('a', list([]), commands([], 'none'), 'b')).toBe('a\n\nb');
  expect(plain('plain words, 1.5 MiB (x)')).toBe('plain words, 1.5 MiB (x)');
});
