/** `longhaul exceptions`: lists the entries that will not be migrated. */
import { define } from '../command/command.ts';
import { openMigration } from '../command/open-migration.ts';
import {
  jsonOption,
  nameArgument,
  stateOption,
  type JsonOption,
  type StateOption,
} from '../command/options.ts';

export const exceptionsCommand = define<[name: string], StateOption & JsonOption>({
  name: 'exceptions',
  summary: 'List entries that will not be migrated, and who accepted them',
  details: 'Reads the state directory; needs no server.',
  args: [nameArgument],
  options: [stateOption, jsonOption],
  examples: [
    ['longhaul exceptions acme', 'path, who accepted it, when and why'],
    ['longhaul exceptions acme --json', 'one record per entry'],
    ['longhaul accept acme run/app.sock --reason "recreated at start"', 'add one'],
  ],
  exits: [0, 2, 4],
  run: async (terminal, [name], options) => {
    const { exceptionsOf } = await import('../../ledger/exceptions.ts');
    const { exceptionText } = await import('../../terminal/texts/ledger.ts');
    const store = await openMigration(name, options);
    let some = false;
    for (const exception of exceptionsOf(store)) {
      some = true;
      if (terminal.json) terminal.record('exception', exception);
      else terminal.print(exceptionText(exception));
    }
    if (!some) terminal.say(`${name} has no exceptions.`);
    return 0;
  },
});
