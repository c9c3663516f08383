/** `longhaul allow-deletes`: raises the delete caps of blocked chunks for one attempt. */
import { define } from '../command/command.ts';
import { usage } from '../command/exit.ts';
import { countOption, nameArgument } from '../command/options.ts';
import { messageOptions, sendMessage, type MessageOptions } from '../command/send-message.ts';

interface Options extends MessageOptions {
  readonly count?: string;
  readonly percent?: string;
}

export const allowDeletesCommand = define<[name: string, chunk: string | undefined], Options>({
  name: 'allow-deletes',
  summary: 'Let a blocked chunk exceed the delete caps once',
  details:
    'For chunks that are blocked by DELETE_REFUSED. The limits given here replace deletes.maxCount and deletes.maxPercent for one attempt of each chunk, which begins at once. Above these limits the deletes are refused again. A reason is required.',
  args: [
    nameArgument,
    ['[chunk]', 'one chunk (default: all chunks that are blocked by DELETE_REFUSED)'],
  ],
  options: [
    { flags: '--count <n>', description: 'maximum number of deletes per chunk' },
    { flags: '--percent <p>', description: "maximum deletes as a share of the chunk's entries" },
    ...messageOptions,
  ],
  examples: [
    ['longhaul chunks acme --blocked', 'show how many entries would be deleted'],
    ['longhaul allow-deletes acme 0042 --count 1200 --reason "archive was cleared"', 'one chunk'],
    ['longhaul allow-deletes acme --percent 60 --reason "CAB-1234"', 'all blocked chunks'],
  ],
  exits: [0, 2, 4, 5],
  run: (terminal, [name, chunk], options) => {
    const limits = limitsOf(options);
    if (options.reason === undefined || options.reason.trim() === '') {
      throw usage('Raising the delete caps needs a reason, which the ledger records');
    }
    const which = chunk === undefined ? {} : { chunk };
    return sendMessage(terminal, name, options, ['allowDeletes', { ...which, ...limits }]);
  },
});

function limitsOf({ count, percent }: Options): { count?: number; percent?: number } {
  if (count === undefined && percent === undefined)
    throw usage('Give a limit: --count, --percent or both');
  return {
    ...(count === undefined ? {} : { count: countOption('--count', count) }),
    ...(percent === undefined ? {} : { percent: percentOption(percent) }),
  };
}

function percentOption(text: string): number {
  const percent = Number(text.replace(/ ?%$/, ''));
  if (percent > 0 && percent <= 100) return percent;
  throw usage(`Expected a number up to 100 after --percent, got "${text}"`);
}
