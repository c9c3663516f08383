/** `longhaul resume`: a message to the migration. */
import { define } from '../command/command.ts';
import { nameArgument, tell, tellOptions, type TellOptions } from '../command/tell.ts';

export const resumeCommand = define<[name: string], TellOptions>({
  name: 'resume',
  summary: 'Go on after a pause',
  examples: [
    ['longhaul resume acme', 'go on where it stopped'],
    ['longhaul resume acme --reason "backup is through"', 'and say why, for the ledger'],
    ['longhaul resume acme --by ops --json', 'from a script'],
  ],
  args: [nameArgument],
  options: tellOptions,
  exits: [0, 2, 4, 5],
  run: (terminal, [name], options) => tell(terminal, name, options, ['resume', {}]),
});
