/** `longhaul skip`: ends the round of a blocked chunk. */
import { define } from '../command/command.ts';
import { nameArgument } from '../command/options.ts';
import { messageOptions, sendMessage, type MessageOptions } from '../command/send-message.ts';

export const skipCommand = define<[name: string, chunk: string], MessageOptions>({
  name: 'skip',
  summary: 'Leave a blocked chunk until the next round',
  details:
    'Its open entries stay open and listed, and the chunk takes part in the next round. To give an entry up for good, use: longhaul accept.',
  args: [nameArgument, ['<chunk>', 'a blocked chunk, as status names it']],
  options: messageOptions,
  examples: [
    ['longhaul skip acme 0042', 'end the round without this chunk'],
    ['longhaul skip acme 0042 --reason "disk comes on Monday"', 'with a reason for the ledger'],
    ['longhaul chunks acme --blocked', 'list the blocked chunks'],
  ],
  exits: [0, 2, 4, 5],
  run: (terminal, [name, chunk], options) =>
    sendMessage(terminal, name, options, ['skipChunk', { chunk }]),
});
