/** `longhaul retry`: lets blocked chunks try again. */
import { define } from '../command/command.ts';
import { nameArgument } from '../command/options.ts';
import { messageOptions, sendMessage, type MessageOptions } from '../command/send-message.ts';

export const retryCommand = define<[name: string, chunk: string | undefined], MessageOptions>({
  name: 'retry',
  summary: 'Let blocked chunks try again',
  details: 'Work that a chunk finished before it was blocked is not repeated.',
  args: [nameArgument, ['[chunk]', 'one chunk (default: all blocked chunks)']],
  options: messageOptions,
  examples: [
    ['longhaul retry acme', 'all blocked chunks'],
    ['longhaul retry acme 0042', 'one chunk'],
    ['longhaul retry acme 0042 --reason "quota raised"', 'with a reason for the ledger'],
  ],
  exits: [0, 2, 4, 5],
  run: (terminal, [name, chunk], options) =>
    sendMessage(terminal, name, options, ['retryBlocked', chunk === undefined ? {} : { chunk }]),
});
