/** The command lines of docs/operating.md, as a shell reads them: tests run what operators copy. */
import { readFileSync } from 'node:fs';

const page = readFileSync(new URL('../../../docs/operating.md', import.meta.url), 'utf8');

/** What one line of the runbook sends. */
export interface RunbookLine {
  readonly argv: readonly string[];
  readonly to: 'migration' | 'chunk';
  readonly verb: string;
}

/** The chunk that the lines speak of. */
export const RUNBOOK_CHUNK = '0042';

/** Lines that send a message: `temporal workflow update execute …`, `tctl workflow signal …`. */
export function runbookLines(start: string): RunbookLine[] {
  return page
    .split('\n')
    .filter((line) => line.startsWith(`${start} `))
    .map((line) => {
      const argv = words(line);
      const to = argv[argv.indexOf('-w') + 1]!.includes('/chunk/') ? 'chunk' : 'migration';
      const name = Math.max(argv.indexOf('--name'), argv.indexOf('-n'), argv.indexOf('--type'));
      return { argv: argv.slice(1), to, verb: argv[name + 1]! };
    });
}

/** The line for another migration than `acme`. */
export const argvFor = ({ argv }: RunbookLine, migration: string): string[] =>
  argv.map((word) =>
    word === 'acme' ? migration : word.replace(/^migration\/acme/, `migration/${migration}`),
  );

/** What the table has for `longhaul`, with the name and reason that the page gives the same message elsewhere. */
export function longhaulLines(): RunbookLine[] {
  const updates = runbookLines('temporal workflow update execute');
  return runbookTable()
    .filter(({ longhaul }) => longhaul !== '')
    .map(({ longhaul, message }) => {
      const { argv } = updates.find(({ to, verb }) => to === 'migration' && verb === message)!;
      const input = argv.includes('--input') ? argv[argv.indexOf('--input') + 1]! : '{}';
      const said = Object.entries(JSON.parse(input) as Record<string, string>)
        .filter(([name]) => name === 'by' || name === 'reason')
        .flatMap(([name, value]) => [`--${name}`, value]);
      return { argv: [...words(longhaul).slice(1), ...said], to: 'migration', verb: message };
    });
}

/** The rows of the table: what `longhaul` and the Temporal UI call a message. */
export function runbookTable(): { longhaul: string; message: string }[] {
  return page
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')))
    .filter((cells) => cells.length === 6 && /^[a-z]+[A-Za-z]*$/.test(cells[3]!))
    .filter((cells) => cells[3] !== 'message')
    .map((cells) => ({ longhaul: cells[2]!, message: cells[3]! }));
}

function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? '',
  );
}
