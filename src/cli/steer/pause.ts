/** `longhaul pause`: a message to the migration. */
import { define } from '../command/command.ts';
import { nameArgument, tell, tellOptions, type TellOptions } from '../command/tell.ts';

export const pauseCommand = define<[name: string], TellOptions>({
  name: 'pause',
  summary: 'Stop taking new work at the next safe point',
  details:
    'Running steps end their current batch and stop; nothing is lost and no attempt is used up. The round goes on where it stopped after: longhaul resume NAME.',
  examples: [
    ['longhaul pause acme', 'stop at the next safe point'],
    ['longhaul pause acme --reason "backup window"', 'and say why, for the ledger and the status'],
    ['longhaul pause acme --by ops --json', 'from a script'],
  ],
  args: [nameArgument],
  options: tellOptions,
  exits: [0, 2, 4, 5],
  run: (terminal, [name], options) => tell(terminal, name, options, ['pause', {}]),
});
