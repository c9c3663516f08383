/** `longhaul set-bandwidth`: changes the bandwidth limit of a running migration. */
import { define } from '../command/command.ts';
import { nameArgument, rateOption } from '../command/options.ts';
import { messageOptions, sendMessage, type MessageOptions } from '../command/send-message.ts';

export const setBandwidthCommand = define<[name: string, bandwidth: string], MessageOptions>({
  name: 'set-bandwidth',
  summary: 'Change the bandwidth limit at once',
  details:
    'The limit applies to all workers of the migration together. It replaces the limit and the calendar of the spec until it is set again.',
  args: [nameArgument, ['<bandwidth>', 'such as "20 Mbit/s" or "5 MiB/s"; "none" for no limit']],
  options: messageOptions,
  examples: [
    ['longhaul set-bandwidth acme "20 Mbit/s"', 'leave room for others'],
    ['longhaul set-bandwidth acme none', 'without a limit'],
    [
      'longhaul set-bandwidth acme "2 MiB/s" --reason "office hours"',
      'with a reason for the ledger',
    ],
  ],
  exits: [0, 2, 4, 5],
  run: (terminal, [name, bandwidth], options) => {
    rateOption(bandwidth);
    return sendMessage(terminal, name, options, ['setBandwidth', { bandwidth }]);
  },
});
