/** `longhaul ledger`: prints or checks the record of what was done and decided. */
import { define } from '../command/command.ts';
import { usage, type ExitCode } from '../command/exit.ts';
import { openMigration } from '../command/open-migration.ts';
import {
  jsonOption,
  nameArgument,
  stateOption,
  type JsonOption,
  type StateOption,
} from '../command/options.ts';
import type { MigrationStore } from '../../state/migration-store.ts';
import type { Terminal } from '../../terminal/terminal.ts';

interface Options extends StateOption, JsonOption {
  readonly entry?: string;
  readonly verify?: boolean;
  readonly report?: boolean;
}

export const ledgerCommand = define<[name: string], Options>({
  name: 'ledger',
  summary: 'Show the record of what was done and decided',
  details:
    'Reads the state directory; needs no server. --verify exits with 4 when the ledger was altered or a sum does not close, and with 3 when entries are open.',
  args: [nameArgument],
  options: [
    {
      flags: '--entry <path>',
      description: 'print the history of one path, relative to the root of the tree',
    },
    { flags: '--verify', description: 'check the hash chain and that every sum closes' },
    { flags: '--report', description: 'print a summary as text' },
    stateOption,
    jsonOption,
  ],
  examples: [
    ['longhaul ledger acme', 'all lines: rounds, chunks, decisions'],
    ['longhaul ledger acme --verify', 'check that it is intact and that nothing was lost'],
    ['longhaul ledger acme --entry home/x/report.odt', 'the history of one file'],
    ['longhaul ledger acme --report > acme-report.txt', 'what was moved, is open, was decided'],
    ['longhaul ledger acme --json | jq .kind', 'all lines as JSON'],
  ],
  exits: [0, 2, 3, 4],
  run: async (terminal, [name], options) => {
    const modes = [options.entry !== undefined, options.verify, options.report].filter(Boolean);
    if (modes.length > 1) throw usage('Give one of --entry, --verify and --report');
    const store = await openMigration(name, options);
    if (options.entry !== undefined) return entryHistory(terminal, store, options.entry);
    if (options.verify === true) return verify(terminal, store);
    if (options.report === true) return report(terminal, store);
    return lines(terminal, store);
  },
});

async function lines(terminal: Terminal, store: MigrationStore): Promise<ExitCode> {
  const { readLedger } = await import('../../ledger/ledger.ts');
  const { lineText } = await import('../../terminal/texts/ledger.ts');
  for (const line of readLedger(store.ledgerPath)) {
    if (terminal.json) terminal.record('ledger', line);
    else terminal.print(lineText(line));
  }
  return 0;
}

async function entryHistory(
  terminal: Terminal,
  store: MigrationStore,
  path: string,
): Promise<ExitCode> {
  const { storyOf, renderStory } = await import('../../ledger/entry-story.ts');
  const { fromPrintable } = await import('../../paths.ts');
  const found = storyOf(store, fromPrintable(path.replace(/^\/+|\/+$/g, '')));
  if (terminal.json) terminal.record('entry', found);
  else terminal.print(renderStory(found).trimEnd());
  return 0;
}

async function verify(terminal: Terminal, store: MigrationStore): Promise<ExitCode> {
  const { verifyLedger } = await import('../../ledger/verify-ledger.ts');
  const { checkText } = await import('../../terminal/texts/ledger.ts');
  const check = verifyLedger(store.ledgerPath);
  if (terminal.json) terminal.record('ledger check', check);
  else {
    terminal.print(checkText(check, store.name));
    await mentionTrash(terminal, store);
  }
  if (!check.ok) return 4;
  return check.open.length > 0 ? 3 : 0;
}

/** Prints what is left in the trash: after the last round only the operator can empty it. */
async function mentionTrash(terminal: Terminal, store: MigrationStore): Promise<void> {
  const { migrationTrash } = await import('./migration-trash.ts');
  const { trashText } = await import('../../terminal/texts/trash.ts');
  const { lookAtTrash } = await import('../../engines/posix/standalone/trash.ts');
  const trash = migrationTrash(store);
  if (trash === undefined) return;
  try {
    const lines = trashText(lookAtTrash(trash), trash.keepForMs);
    if (lines.length === 0) return;
    for (const line of lines) terminal.say(line);
    terminal.say(`  longhaul empty-trash ${store.name}`);
  } catch {
    // The destination is not mounted on this host: the state of its trash is not known.
  }
}

async function report(terminal: Terminal, store: MigrationStore): Promise<ExitCode> {
  const { reportOf } = await import('../../ledger/report.ts');
  const text = reportOf(store).trimEnd();
  if (terminal.json) terminal.record('report', { text });
  else terminal.print(text);
  return 0;
}
