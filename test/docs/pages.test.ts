import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { COMMANDS } from '../../src/cli/commands.ts';
import { toCommander } from '../../src/cli/to-commander.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const pages = [
  'README.md',
  'ARCHITECTURE.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const textOf = (page: string): string => readFileSync(join(root, page), 'utf8');

/** Command lines in fenced sh blocks, and in `code` that begins with longhaul. */
function commandsIn(page: string): string[] {
  const fenced = [...textOf(page).matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) =>
    (block ?? '').split('\n'),
  );
  const inline = [
    ...textOf(page)
      .replace(/```[\s\S]*?```/g, '')
      .matchAll(/`(longhaul [^`\n]+)`/g),
  ].map(([, text]) => text ?? '');
  return [...fenced, ...inline]
    .map((line) => line.trim())
    .filter((line) => line.startsWith('longhaul '));
}

/** Words as a shell reads them, up to a comment, pipe, redirection or list. */
function words(line: string): string[] {
  const found: string[] = [];
  for (const [, double, single, bare] of line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)) {
    if (bare !== undefined && /^([#|>]|&&)/.test(bare)) break;
    found.push(double ?? single ?? bare ?? '');
  }
  return found;
}

const lines = [...new Set(pages.flatMap(commandsIn))].map((line) => [line] as const);

describe('the pages', () => {
  test.each(lines)('%s', async (line) => {
    const [, name, ...rest] = words(line);
    if (name === 'help' || name?.startsWith('-') === true) return;
    const row = COMMANDS.find((command) => command.name === name);
    if (row === undefined) throw new Error(`there is no command ${name}`);
    // A mere mention of the command.
    if (rest.length === 0) return;
    const command = toCommander(await row.load(), () => Promise.resolve());

    command.exitOverride().configureOutput({ writeErr: () => undefined });

    await expect(command.parseAsync(rest, { from: 'user' })).resolves.toBeDefined();
  });

  test('show enough commands for this test to mean something', () => {
    expect(lines.length).toBeGreaterThan(30);
  });

  test.each(pages.map((page) => [page] as const))('%s links only to files that exist', (page) => {
    const targets = [...textOf(page).matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)].map(
      ([, target]) => target ?? '',
    );

    const broken = targets.filter((target) => !existsSync(join(root, dirname(page), target)));

    expect(broken).toEqual([]);
  });

  test('the help of a command names only pages that exist', () => {
    const named = [...textOf('docs/commands.md').matchAll(/docs\/[\w-]+\.md/g)].map(
      ([path]) => path,
    );

    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test('README.md stays under 150 lines', () => {
    expect(textOf('README.md').split('\n').length).toBeLessThan(150);
  });

  test('the table of fields and the help of the commands are those of the sources', () => {
    const said = execFileSync(process.execPath, ['scripts/docs.mjs', '--check'], {
      cwd: root,
      encoding: 'utf8',
    });

    expect(said).toBe('');
  });
});
