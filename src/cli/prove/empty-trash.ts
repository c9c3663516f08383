/** `longhaul empty-trash`: what deletes moved aside, when its time is over and no round comes any more. */
import { define } from '../command/command.ts';
import { confirmName } from '../command/confirm.ts';
import { usage } from '../command/exit.ts';
import { openMigration } from '../command/open-migration.ts';
import {
  jsonOption,
  stateOption,
  yesOption,
  type JsonOption,
  type StateOption,
} from '../command/options.ts';
import { nameArgument } from '../command/tell.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { trashOf, trashText, type KnownTrash } from './trash.ts';
import type { Trash } from '../../engines/posix/standalone/trash.ts';

interface Options extends StateOption, JsonOption {
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export const emptyTrashCommand = define<[name: string], Options>({
  name: 'empty-trash',
  summary: 'Remove for good what deletes moved to the trash long enough ago',
  details:
    'Rounds do this as they go; it is for what the last ones moved. Reads the state directory and the destination; needs no server. Without --all, what has not lain there for deletes.trash.keepFor stays.',
  args: [nameArgument],
  options: [
    { flags: '--dry-run', description: 'say what lies there, and until when' },
    { flags: '--all', description: 'everything, whatever the spec says' },
    yesOption,
    stateOption,
    jsonOption,
  ],
  examples: [
    ['longhaul empty-trash acme --dry-run', 'what lies there, and until when'],
    ['longhaul empty-trash acme', 'what has lain there long enough; as a daily job'],
    ['longhaul empty-trash acme --all', 'everything; asks for the name'],
  ],
  exits: [0, 2, 3, 4],
  run: async (terminal, [name], options) => {
    const { all = false, dryRun = false, yes = false } = options;
    if (all && dryRun) throw usage('--all and --dry-run exclude each other');
    const { emptyTrash, lookAtTrash } = await import('../../engines/posix/standalone/trash.ts');
    const place = trashOf(await openMigration(name, options));
    if (place === undefined) throw usage(`The spec of ${name} has no deletes.trash`);
    const before = lookAtTrash(place);
    const beforeMs = all ? Infinity : Date.now() - place.keepForMs;
    if (all && before.rounds.length > 0) {
      const what = `This removes ${before.path} with all that is in it.`;
      await confirmName(terminal, { name, what, yes });
    }
    if (dryRun) return show(terminal, place, before);
    const left = emptyTrash(place, beforeMs);
    const removed = before.rounds.length - left.rounds.length;
    terminal.say(`Removed what ${removed} of ${before.rounds.length} rounds had moved there.`);
    show(terminal, place, left);
    return left.rounds.some(({ movedMs }) => movedMs < beforeMs) ? 3 : 0;
  },
});

function show(terminal: Terminal, { keepForMs }: KnownTrash, trash: Trash): 0 {
  if (terminal.json) terminal.record('trash', { ...trash, keepForMs });
  else for (const line of trashText(trash, keepForMs)) terminal.print(line);
  return 0;
}
