/** `longhaul resume`: ends a pause. */
import { define } from '../command/command.ts';
import { nameArgument } from '../command/options.ts';
import { messageOptions, sendMessage, type MessageOptions } from '../command/send-message.ts';

export const resumeCommand = define<[name: string], MessageOptions>({
  name: 'resume',
  summary: 'Continue after a pause',
  examples: [
    ['longhaul resume acme', 'continue where it stopped'],
    ['longhaul resume acme --reason "backup is done"', 'with a reason for the ledger'],
    ['longhaul resume acme --by ops --json', 'from a script'],
  ],
  args: [nameArgument],
  options: messageOptions,
  exits: [0, 2, 4, 5],
  run: (terminal, [name], options) => sendMessage(terminal, name, options, ['resume', {}]),
});
