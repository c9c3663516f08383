/** `longhaul start-cutover`: begins the cutover without waiting for its window. */
import { define } from '../command/command.ts';
import { confirmName } from '../command/confirm.ts';
import { nameArgument, yesOption } from '../command/options.ts';
import { messageOptions, sendMessage, type MessageOptions } from '../command/send-message.ts';

export const startCutoverCommand = define<
  [name: string],
  MessageOptions & { readonly yes?: boolean }
>({
  name: 'start-cutover',
  summary: 'Begin the cutover now, outside its window if need be',
  details:
    'Runs the freeze hook, a final round with deletes, and the switch hook. The other gates still apply: nothing blocked, drift small.',
  args: [nameArgument],
  options: [yesOption, ...messageOptions],
  examples: [
    ['longhaul start-cutover acme', 'asks to type the name'],
    ['longhaul start-cutover acme --yes --reason "CAB-1234"', 'from a script, with the reason'],
    ['longhaul watch acme', 'follow it'],
  ],
  exits: [0, 2, 4, 5],
  run: async (terminal, [name], options) => {
    await confirmName(terminal, {
      name,
      what: `This freezes the source of ${name} and switches over after the final round.`,
      yes: options.yes === true,
    });
    return sendMessage(terminal, name, options, ['startCutover', {}]);
  },
});
