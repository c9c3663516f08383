/** `longhaul abort`: ends a migration for good. */
import { define } from '../command/command.ts';
import { confirmName } from '../command/confirm.ts';
import { nameArgument, yesOption } from '../command/options.ts';
import { messageOptions, sendMessage, type MessageOptions } from '../command/send-message.ts';

export const abortCommand = define<[name: string], MessageOptions & { readonly yes?: boolean }>({
  name: 'abort',
  summary: 'End a migration before the switch',
  details:
    'The copies stay at the destination and the ledger stays in the state directory; nothing is deleted. An aborted migration cannot be resumed. To stop for a while, use: longhaul pause.',
  args: [nameArgument],
  options: [yesOption, ...messageOptions],
  examples: [
    ['longhaul abort acme', 'asks to type the name'],
    ['longhaul abort acme --yes --reason "other plan"', 'from a script, with the reason'],
    ['longhaul pause acme', 'stop for a while instead'],
  ],
  exits: [0, 2, 4, 5],
  run: async (terminal, [name], options) => {
    await confirmName(terminal, {
      name,
      what: `This ends the migration ${name} for good.`,
      yes: options.yes === true,
    });
    return sendMessage(terminal, name, options, ['abort', {}]);
  },
});
