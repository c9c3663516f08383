/** `longhaul pause`: stops a migration at the next safe point. */
import { define } from '../command/command.ts';
import { nameArgument } from '../command/options.ts';
import { messageOptions, sendMessage, type MessageOptions } from '../command/send-message.ts';

export const pauseCommand = define<[name: string], MessageOptions>({
  name: 'pause',
  summary: 'Stop taking new work at the next safe point',
  details:
    'Running steps finish their current batch and stop; nothing is lost and no attempt is used up. The round continues where it stopped after: longhaul resume NAME.',
  examples: [
    ['longhaul pause acme', 'stop at the next safe point'],
    ['longhaul pause acme --reason "backup window"', 'with a reason for ledger and status'],
    ['longhaul pause acme --by ops --json', 'from a script'],
  ],
  args: [nameArgument],
  options: messageOptions,
  exits: [0, 2, 4, 5],
  run: (terminal, [name], options) => sendMessage(terminal, name, options, ['pause', {}]),
});
