/** `longhaul run-round`: a message to the migration. */
import { define } from '../command/command.ts';
import { nameArgument, tell, tellOptions, type TellOptions } from '../command/tell.ts';

export const runRoundCommand = define<[name: string], TellOptions>({
  name: 'run-round',
  summary: 'Run the next round now instead of waiting',
  examples: [
    ['longhaul run-round acme', 'start the next catch-up round at once'],
    ['longhaul run-round acme --reason "many files arrived"', 'and say why, for the ledger'],
    ['longhaul run-round acme && longhaul watch acme', 'and follow it'],
  ],
  args: [nameArgument],
  options: tellOptions,
  exits: [0, 2, 4, 5],
  run: (terminal, [name], options) => tell(terminal, name, options, ['runRoundNow', {}]),
});
