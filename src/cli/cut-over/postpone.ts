/** `longhaul postpone`: withdraws the approval of the cutover. */
import { define } from '../command/command.ts';
import { usage } from '../command/exit.ts';
import { nameArgument, tell, tellOptions, type TellOptions } from '../command/tell.ts';

export const postponeCommand = define<[name: string], TellOptions & { readonly until?: string }>({
  name: 'postpone',
  summary: 'Hold the cutover back',
  details:
    'Withdraws an approval. With --until, the cutover is held back until then; rounds go on meanwhile.',
  args: [nameArgument],
  options: [
    { flags: '--until <time>', description: 'not before this time, ISO 8601' },
    ...tellOptions,
  ],
  examples: [
    ['longhaul postpone acme', 'until it is approved again'],
    ['longhaul postpone acme --until 2026-12-01T22:00:00Z', 'until a time'],
    ['longhaul postpone acme --reason "release freeze"', 'and say why, for the ledger'],
  ],
  exits: [0, 2, 4, 5],
  run: (terminal, [name], options) => {
    const until = options.until === undefined ? {} : { until: timeOf(options.until) };
    return tell(terminal, name, options, ['postponeCutover', until]);
  },
});

function timeOf(text: string): string {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) {
    throw usage(`--until: expected a time such as "2026-12-01T22:00:00Z", got "${text}"`);
  }
  if (ms <= Date.now()) throw usage(`--until: ${text} is over; name a time to come`);
  return new Date(ms).toISOString();
}
