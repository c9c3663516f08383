/** `longhaul empty-trash`: removes deleted entries whose time in the trash is over. */
import { define } from '../command/command.ts';
import { confirmName } from '../command/confirm.ts';
import { usage } from '../command/exit.ts';
import { openMigration } from '../command/open-migration.ts';
import {
  jsonOption,
  nameArgument,
  stateOption,
  yesOption,
  type JsonOption,
  type StateOption,
} from '../command/options.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { trashText } from '../../terminal/texts/trash.ts';
import { migrationTrash, type MigrationTrash } from './migration-trash.ts';
import type { Trash } from '../../engines/posix/standalone/trash.ts';

interface Options extends StateOption, JsonOption {
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export const emptyTrashCommand = define<[name: string], Options>({
  name: 'empty-trash',
  summary: 'Remove deleted entries from the trash when their time is over',
  details:
    'Rounds empty the trash themselves; this command is for what the last rounds moved there. Reads the state directory and the destination; needs no server. Without --all, entries stay for deletes.trash.keepFor.',
  args: [nameArgument],
  options: [
    { flags: '--dry-run', description: 'print what is in the trash, and until when' },
    { flags: '--all', description: 'remove everything, regardless of keepFor' },
    yesOption,
    stateOption,
    jsonOption,
  ],
  examples: [
    ['longhaul empty-trash acme --dry-run', 'print what is in the trash, and until when'],
    ['longhaul empty-trash acme', 'remove what is old enough; suits a daily job'],
    ['longhaul empty-trash acme --all', 'remove everything; asks for the name'],
  ],
  exits: [0, 2, 3, 4],
  run: async (terminal, [name], options) => {
    const { all = false, dryRun = false, yes = false } = options;
    if (all && dryRun) throw usage('--all and --dry-run exclude each other');
    const { emptyTrash, lookAtTrash } = await import('../../engines/posix/standalone/trash.ts');
    const trash = migrationTrash(await openMigration(name, options));
    if (trash === undefined) throw usage(`The spec of ${name} has no deletes.trash`);
    const before = lookAtTrash(trash);
    const olderThanMs = all ? Infinity : Date.now() - trash.keepForMs;
    if (all && before.rounds.length > 0) {
      const what = `This removes ${before.path} and everything in it.`;
      await confirmName(terminal, { name, what, yes });
    }
    if (dryRun) return print(terminal, trash, before);
    const left = emptyTrash(trash, olderThanMs);
    const removed = before.rounds.length - left.rounds.length;
    terminal.say(`Removed what ${removed} of ${before.rounds.length} rounds had moved there.`);
    print(terminal, trash, left);
    return left.rounds.some(({ movedMs }) => movedMs < olderThanMs) ? 3 : 0;
  },
});

function print(terminal: Terminal, { keepForMs }: MigrationTrash, trash: Trash): 0 {
  if (terminal.json) terminal.record('trash', { ...trash, keepForMs });
  else for (const line of trashText(trash, keepForMs)) terminal.print(line);
  return 0;
}
