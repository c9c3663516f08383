/** `longhaul accept`: records an exception, with who accepted it and why. */
import { fromPrintable, printable } from '../../paths.ts';
import { define } from '../command/command.ts';
import { nameArgument } from '../command/options.ts';
import { usage } from '../command/exit.ts';
import { messageOptions, sendMessage, type MessageOptions } from '../command/send-message.ts';

export const acceptCommand = define<[name: string, path: string], MessageOptions>({
  name: 'accept',
  summary: 'Accept that an entry is not migrated',
  details:
    'The entry is neither copied nor deleted at the destination. The ledger records who accepted it, when and why. A reason is required.',
  args: [
    nameArgument,
    ['<path>', 'relative to the root of the tree, with %XX for special bytes, as status prints it'],
  ],
  options: messageOptions,
  examples: [
    ['longhaul accept acme run/app.sock --reason "recreated at start"', 'accept a special file'],
    [
      'longhaul accept acme home/x/secret --reason "owner keeps it" --by "J. Doe"',
      'record another name',
    ],
    ['longhaul exceptions acme', 'list all accepted entries'],
  ],
  exits: [0, 2, 4, 5],
  run: (terminal, [name, path], options) => {
    if (options.reason === undefined || options.reason.trim() === '') {
      throw usage(
        'An exception needs a reason, which the ledger records',
        `Type: longhaul accept ${name} '${path}' --reason "…"`,
      );
    }
    const relative = printable(fromPrintable(path.replace(/^\/+|\/+$/g, '')));
    if (relative === '') throw usage('The root of the tree cannot be an exception');
    if (relative.split('/').includes('..')) {
      throw usage(`Expected a path from the root of the tree, got "${path}"`);
    }
    return sendMessage(terminal, name, options, ['acceptException', { path: relative }]);
  },
});
