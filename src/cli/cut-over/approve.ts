/** `longhaul approve`: allows the cutover. */
import { define } from '../command/command.ts';
import { nameArgument } from '../command/options.ts';
import { messageOptions, sendMessage, type MessageOptions } from '../command/send-message.ts';

export const approveCommand = define<[name: string], MessageOptions>({
  name: 'approve',
  summary: 'Allow the cutover when its gates are open',
  details:
    'The cutover begins automatically when the drift is small, nothing is blocked and the window is open. The ledger records who approved it; longhaul postpone withdraws the approval.',
  examples: [
    ['longhaul approve acme', 'allow it'],
    [
      'longhaul approve acme --by "J. Doe" --reason "CAB-1234"',
      'with name and reason in the ledger',
    ],
    ['longhaul status acme', 'show the gate that still holds it'],
  ],
  args: [nameArgument],
  options: messageOptions,
  exits: [0, 2, 4, 5],
  run: (terminal, [name], options) => sendMessage(terminal, name, options, ['approveCutover', {}]),
});
