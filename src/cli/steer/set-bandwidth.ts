/** `longhaul set-bandwidth`: changes the limit of a running migration. */
import { define } from '../command/command.ts';
import { rateOption } from '../command/options.ts';
import { nameArgument, tell, tellOptions, type TellOptions } from '../command/tell.ts';

export const setBandwidthCommand = define<[name: string, bandwidth: string], TellOptions>({
  name: 'set-bandwidth',
  summary: 'Change the bandwidth limit at once',
  details:
    "Holds for all workers of the migration together and takes the place of the spec's limit and calendar until it is set again.",
  args: [nameArgument, ['<bandwidth>', 'such as "20 Mbit/s" or "5 MiB/s"; "none" for no limit']],
  options: tellOptions,
  examples: [
    ['longhaul set-bandwidth acme "20 Mbit/s"', 'leave room for others'],
    ['longhaul set-bandwidth acme none', 'as fast as it goes'],
    [
      'longhaul set-bandwidth acme "2 MiB/s" --reason "office hours"',
      'and say why, for the ledger',
    ],
  ],
  exits: [0, 2, 4, 5],
  run: (terminal, [name, bandwidth], options) => {
    rateOption(bandwidth);
    return tell(terminal, name, options, ['setBandwidth', { bandwidth }]);
  },
});
