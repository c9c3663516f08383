/** `longhaul skip`: ends a blocked chunk's round as it is. */
import { define } from '../command/command.ts';
import { nameArgument, tell, tellOptions, type TellOptions } from '../command/tell.ts';

export const skipCommand = define<[name: string, chunk: string], TellOptions>({
  name: 'skip',
  summary: 'Let a blocked chunk rest until the next round',
  details:
    'Its open entries stay open and listed; the chunk joins the next round. To give an entry up for good, use: longhaul accept.',
  args: [nameArgument, ['<chunk>', 'a blocked chunk, as status names it']],
  options: tellOptions,
  examples: [
    ['longhaul skip acme 0042', 'go on without it'],
    ['longhaul skip acme 0042 --reason "disk comes on Monday"', 'and say why, for the ledger'],
    ['longhaul chunks acme --blocked', 'which ones are blocked'],
  ],
  exits: [0, 2, 4, 5],
  run: (terminal, [name, chunk], options) =>
    tell(terminal, name, options, ['skipChunk', { chunk }]),
});
