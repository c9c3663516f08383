import { expect, test } from '@jest/globals';
import { definitionList, table } from '../../src/terminal/columns.ts';

test('a table is as wide as its widest cells and ends no line in a space', () => {
  const text = table(
    [{ title: 'name' }, { title: 'n', align: 'right' }, { title: 'note' }],
    [
      ['a', '1200', ''],
      ['longer', '7', 'x'],
    ],
  );

  expect(text.split('\n')).toEqual(['name       n  note', 'a       1200', 'longer     7  x']);
});

test('a definition list wraps its explanations and keeps them in their column', () => {
  const text = definitionList([
    ['--a', 'word '.repeat(30).trim()],
    ['--bc', 'short'],
  ]);

  const [first = '', second = '', third] = text.split('\n');
  expect(first.length).toBeLessThanOrEqual(96);
  expect(first).toMatch(/^ {2}--a {3}word word/);
  expect(second).toMatch(/^ {8}word/);
  expect(third).toBe('  --bc  short');
});
