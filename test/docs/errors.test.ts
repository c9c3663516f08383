/** docs/errors.md has a row for each code of src/errors/codes.ts, in the right section and with its exit code. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { EXIT_MEANINGS } from '../../src/cli/command/exit.ts';
import { CODES, type Code, type FailureClass } from '../../src/errors/codes.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/errors.md'), 'utf8');

const SECTION: Readonly<Record<FailureClass, string>> = {
  transient: 'Continues automatically',
  person: 'Needs an operator',
  changed: 'Changed in the meantime',
  guard: 'Refused',
  usage: 'Usage',
  bug: 'A bug in longhaul',
};

interface Row {
  readonly section: string;
  readonly first: string;
  readonly cells: readonly string[];
}

const rows: readonly Row[] = page.split(/^## /m).flatMap((text) => {
  const section = text.split('\n')[0] ?? '';
  const lines = text.split('\n').filter((line) => /^\| (`[A-Z_]+`|\d+) /.test(line));
  return lines.map((line) => {
    const [first = '', ...cells] = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    return { section, first, cells };
  });
});

test.each(Object.keys(CODES) as Code[])(
  '%s has one row with meaning, remedy and exit code',
  (code) => {
    const found = rows.filter(({ first }) => first === `\`${code}\``);

    expect(found).toEqual([
      {
        section: SECTION[CODES[code].class],
        first: `\`${code}\``,
        cells: [
          expect.stringMatching(/\w{3}/),
          expect.stringMatching(/\w{3}/),
          `${CODES[code].exit}`,
        ],
      },
    ]);
  },
);

test('every row describes an existing code', () => {
  const codes = rows.map(({ first }) => first).filter((first) => first.startsWith('`'));

  expect(codes.filter((code) => !(code.slice(1, -1) in CODES))).toEqual([]);
});

test('every exit code has a row, and every row is an exit code', () => {
  const exits = rows.filter(({ section }) => section === 'Exit codes').map(({ first }) => first);

  expect(exits).toEqual(Object.keys(EXIT_MEANINGS));
});
