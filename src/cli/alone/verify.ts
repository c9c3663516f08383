/** `longhaul verify`: compares two trees by content and metadata. */
import { statSync } from 'node:fs';
import { formatBytes, groupDigits, plural } from '../../units.ts';
import { define, repeated } from '../command/command.ts';
import { usage } from '../command/exit.ts';
import { jsonOption, type JsonOption } from '../command/options.ts';

interface VerifyOptions extends JsonOption {
  readonly exclude?: readonly string[];
}

export const verifyCommand = define<[source: string, destination: string], VerifyOptions>({
  name: 'verify',
  summary: 'Compare two trees by content and metadata',
  details:
    'Reads everything on both sides and lists each difference. Changes nothing and needs no journal.',
  args: [
    ['<source>', 'a directory'],
    ['<destination>', 'a directory'],
  ],
  options: [
    {
      flags: '--exclude <pattern>',
      description: 'exclude entries, as in .gitignore; may be repeated',
      parse: repeated,
    },
    jsonOption,
  ],
  examples: [
    [
      'longhaul verify /srv/files /mnt/new',
      'list every difference; exits with 0 when there is none',
    ],
    ["longhaul verify /srv/files /mnt/new --exclude '*.tmp'", 'without some entries'],
    ['longhaul verify /srv/files /mnt/new --json', 'one record per difference'],
  ],
  exits: [0, 2, 3, 130],
  async run(terminal, [source, destination], { exclude = [] }) {
    for (const path of [source, destination]) mustBeDirectory(path);
    const { compareTrees } = await import('../../engines/posix/standalone/compare-trees.ts');
    const seen = { entries: 0, bytes: 0, differences: 0 };
    const differences = compareTrees(source, destination, {
      excludes: { patterns: exclude, defaults: true },
      signal: terminal.signal,
      onProgress: ({ entries, bytes }) => {
        Object.assign(seen, { entries, bytes });
        terminal.status(`${groupDigits(entries)} entries, ${formatBytes(bytes)} compared`);
      },
    });
    for await (const difference of differences) {
      seen.differences++;
      const { path, what, detail } = difference;
      if (terminal.json) terminal.record('difference', difference);
      else terminal.print(`${path}: ${what}${detail === '' ? '' : `: ${detail}`}`);
    }
    terminal.status(undefined);
    if (terminal.json) terminal.record('verify', seen);
    else
      terminal.say(
        `${plural(seen.entries, 'entry', 'entries')}, ${formatBytes(seen.bytes)} compared: ${plural(seen.differences, 'difference')}`,
      );
    return seen.differences > 0 ? 3 : 0;
  },
});

function mustBeDirectory(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw usage(`There is no directory ${path}`, 'Mount it, or check the path.');
}
