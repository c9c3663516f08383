/** `longhaul start-cutover`: the cutover at an operator's word. */
import { define } from '../command/command.ts';
import { confirmName } from '../command/confirm.ts';
import { yesOption } from '../command/options.ts';
import { nameArgument, tell, tellOptions, type TellOptions } from '../command/tell.ts';

export const startCutoverCommand = define<[name: string], TellOptions & { readonly yes?: boolean }>(
  {
    name: 'start-cutover',
    summary: 'Begin the cutover now, whatever its window says',
    details:
      'Runs the freeze hook, a final round with deletes, and the switch hook. The other gates stay: nothing blocked, drift small.',
    args: [nameArgument],
    options: [yesOption, ...tellOptions],
    examples: [
      ['longhaul start-cutover acme', 'asks to type the name'],
      ['longhaul start-cutover acme --yes --reason "CAB-1234"', 'from a script, with the reason'],
      ['longhaul watch acme', 'to follow it'],
    ],
    exits: [0, 2, 4, 5],
    run: async (terminal, [name], options) => {
      await confirmName(terminal, {
        name,
        what: `This freezes the source of ${name} and switches over after the final round.`,
        yes: options.yes === true,
      });
      return tell(terminal, name, options, ['startCutover', {}]);
    },
  },
);
