/** `longhaul set-interval`: changes the interval of catch-up rounds. */
import { parseDuration } from '../../units.ts';
import { define } from '../command/command.ts';
import { nameArgument } from '../command/options.ts';
import { usage } from '../command/exit.ts';
import { messageOptions, sendMessage, type MessageOptions } from '../command/send-message.ts';

export const setIntervalCommand = define<
  [name: string, interval: string],
  MessageOptions & { readonly floor?: string }
>({
  name: 'set-interval',
  summary: 'Change how often catch-up rounds run',
  args: [
    nameArgument,
    ['<interval>', 'time from the start of a round to the start of the next, such as "2h"'],
  ],
  options: [
    {
      flags: '--floor <duration>',
      description: 'lower limit when the interval shrinks automatically',
    },
    ...messageOptions,
  ],
  examples: [
    ['longhaul set-interval acme 2h', 'a round every two hours from now on'],
    ['longhaul set-interval acme 2h --floor 15m', 'let it shrink to 15 minutes'],
    ['longhaul set-interval acme 12h --reason "source is busy"', 'with a reason for the ledger'],
  ],
  exits: [0, 2, 4, 5],
  run: (terminal, [name, interval], options) => {
    for (const text of [interval, options.floor ?? interval]) {
      if (parseDuration(text) === undefined) {
        throw usage(`Expected a duration such as "2h" or "1h30m", got "${text}"`);
      }
    }
    if ((parseDuration(options.floor ?? '0s') ?? 0) > (parseDuration(interval) ?? 0)) {
      throw usage(`The floor, ${options.floor}, is longer than the interval, ${interval}`);
    }
    const floor = options.floor === undefined ? {} : { floor: options.floor };
    return sendMessage(terminal, name, options, ['setInterval', { interval, ...floor }]);
  },
});
