/** `longhaul postpone`: withdraws the approval of the cutover, or delays it. */
import { define } from '../command/command.ts';
import { nameArgument } from '../command/options.ts';
import { usage } from '../command/exit.ts';
import { messageOptions, sendMessage, type MessageOptions } from '../command/send-message.ts';

export const postponeCommand = define<[name: string], MessageOptions & { readonly until?: string }>(
  {
    name: 'postpone',
    summary: 'Withdraw the approval of the cutover, or delay it',
    details:
      'Withdraws an approval. With --until, the cutover does not begin before that time. Rounds continue in the meantime.',
    args: [nameArgument],
    options: [
      { flags: '--until <time>', description: 'not before this time, ISO 8601' },
      ...messageOptions,
    ],
    examples: [
      ['longhaul postpone acme', 'until it is approved again'],
      ['longhaul postpone acme --until 2026-12-01T22:00:00Z', 'until a given time'],
      ['longhaul postpone acme --reason "release freeze"', 'with a reason for the ledger'],
    ],
    exits: [0, 2, 4, 5],
    run: (terminal, [name], options) => {
      const until = options.until === undefined ? {} : { until: timeOf(options.until) };
      return sendMessage(terminal, name, options, ['postponeCutover', until]);
    },
  },
);

function timeOf(text: string): string {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) {
    throw usage(`--until: expected a time such as "2026-12-01T22:00:00Z", got "${text}"`);
  }
  if (ms <= Date.now()) throw usage(`--until: ${text} is in the past`);
  return new Date(ms).toISOString();
}
