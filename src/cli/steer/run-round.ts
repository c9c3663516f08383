/** `longhaul run-round`: starts the next round without waiting for the interval. */
import { define } from '../command/command.ts';
import { nameArgument } from '../command/options.ts';
import { messageOptions, sendMessage, type MessageOptions } from '../command/send-message.ts';

export const runRoundCommand = define<[name: string], MessageOptions>({
  name: 'run-round',
  summary: 'Run the next round now instead of waiting',
  examples: [
    ['longhaul run-round acme', 'start the next catch-up round at once'],
    ['longhaul run-round acme --reason "many files arrived"', 'with a reason for the ledger'],
    ['longhaul run-round acme && longhaul watch acme', 'start and follow it'],
  ],
  args: [nameArgument],
  options: messageOptions,
  exits: [0, 2, 4, 5],
  run: (terminal, [name], options) => sendMessage(terminal, name, options, ['runRoundNow', {}]),
});
