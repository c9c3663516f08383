/** `longhaul retry`: lets blocked chunks go on. */
import { define } from '../command/command.ts';
import { nameArgument, tell, tellOptions, type TellOptions } from '../command/tell.ts';

export const retryCommand = define<[name: string, chunk: string | undefined], TellOptions>({
  name: 'retry',
  summary: 'Let blocked chunks try again',
  details: 'What a chunk has finished before it was blocked is not done again.',
  args: [nameArgument, ['[chunk]', 'one chunk; all blocked ones when left out']],
  options: tellOptions,
  examples: [
    ['longhaul retry acme', 'all blocked chunks'],
    ['longhaul retry acme 0042', 'one of them'],
    ['longhaul retry acme 0042 --reason "quota raised"', 'and say why, for the ledger'],
  ],
  exits: [0, 2, 4, 5],
  run: (terminal, [name, chunk], options) =>
    tell(terminal, name, options, ['retryBlocked', chunk === undefined ? {} : { chunk }]),
});
