/** `longhaul set-interval`: changes the cadence of catch-up rounds. */
import { parseDuration } from '../../units.ts';
import { define } from '../command/command.ts';
import { usage } from '../command/exit.ts';
import { nameArgument, tell, tellOptions, type TellOptions } from '../command/tell.ts';

export const setIntervalCommand = define<
  [name: string, interval: string],
  TellOptions & { readonly floor?: string }
>({
  name: 'set-interval',
  summary: 'Change how often catch-up rounds run',
  args: [nameArgument, ['<interval>', 'time from the start of a round to the next, such as "2h"']],
  options: [
    { flags: '--floor <duration>', description: 'the shortest interval it shrinks to by itself' },
    ...tellOptions,
  ],
  examples: [
    ['longhaul set-interval acme 2h', 'a round every two hours from now on'],
    ['longhaul set-interval acme 2h --floor 15m', 'and let it shrink to a quarter of an hour'],
    ['longhaul set-interval acme 12h --reason "source is busy"', 'and say why, for the ledger'],
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
    return tell(terminal, name, options, ['setInterval', { interval, ...floor }]);
  },
});
