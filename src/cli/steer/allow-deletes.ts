/** `longhaul allow-deletes`: lets what was refused be deleted, once. */
import { define } from '../command/command.ts';
import { usage } from '../command/exit.ts';
import { countOption } from '../command/options.ts';
import { nameArgument, tell, tellOptions, type TellOptions } from '../command/tell.ts';

interface Options extends TellOptions {
  readonly count?: string;
  readonly percent?: string;
}

export const allowDeletesCommand = define<[name: string, chunk: string | undefined], Options>({
  name: 'allow-deletes',
  summary: 'Let a blocked chunk delete more than the caps, once',
  details:
    'For chunks that wait with DELETE_REFUSED. What is given here takes the place of deletes.maxCount and deletes.maxPercent in the next try of each of them, which begins at once, and in that one only; above it, the deletes are refused again. A reason is required.',
  args: [nameArgument, ['[chunk]', 'one chunk; all whose deletes were refused when left out']],
  options: [
    { flags: '--count <n>', description: 'at most so many entries of a chunk' },
    { flags: '--percent <p>', description: 'at most this share of the entries of a chunk' },
    ...tellOptions,
  ],
  examples: [
    ['longhaul chunks acme --blocked', 'how many would go, and where'],
    ['longhaul allow-deletes acme 0042 --count 1200 --reason "archive was cleared"', 'one chunk'],
    ['longhaul allow-deletes acme --percent 60 --reason "CAB-1234"', 'all that were refused'],
  ],
  exits: [0, 2, 4, 5],
  run: (terminal, [name, chunk], options) => {
    const limits = limitsOf(options);
    if (options.reason === undefined || options.reason.trim() === '') {
      throw usage('Deleting more needs a reason, for whoever reads the ledger later');
    }
    const which = chunk === undefined ? {} : { chunk };
    return tell(terminal, name, options, ['allowDeletes', { ...which, ...limits }]);
  },
});

function limitsOf({ count, percent }: Options): { count?: number; percent?: number } {
  if (count === undefined && percent === undefined)
    throw usage('Say how many may be deleted: --count, --percent or both');
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
