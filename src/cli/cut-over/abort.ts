/** `longhaul abort`: ends a migration for good. */
import { define } from '../command/command.ts';
import { confirmName } from '../command/confirm.ts';
import { yesOption } from '../command/options.ts';
import { nameArgument, tell, tellOptions, type TellOptions } from '../command/tell.ts';

export const abortCommand = define<[name: string], TellOptions & { readonly yes?: boolean }>({
  name: 'abort',
  summary: 'End a migration before the switch',
  details:
    'What was copied stays at the destination, the ledger stays in the state directory; nothing is deleted. It cannot be resumed. To stop for a while, use: longhaul pause.',
  args: [nameArgument],
  options: [yesOption, ...tellOptions],
  examples: [
    ['longhaul abort acme', 'asks to type the name'],
    ['longhaul abort acme --yes --reason "other plan"', 'from a script, with the reason'],
    ['longhaul pause acme', 'when it should only stop for a while'],
  ],
  exits: [0, 2, 4, 5],
  run: async (terminal, [name], options) => {
    await confirmName(terminal, {
      name,
      what: `This ends the migration ${name} for good.`,
      yes: options.yes === true,
    });
    return tell(terminal, name, options, ['abort', {}]);
  },
});
