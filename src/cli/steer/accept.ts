/** `longhaul accept`: an exception, with who accepted it and why. */
import { fromPrintable, printable } from '../../paths.ts';
import { define } from '../command/command.ts';
import { usage } from '../command/exit.ts';
import { nameArgument, tell, tellOptions, type TellOptions } from '../command/tell.ts';

export const acceptCommand = define<[name: string, path: string], TellOptions>({
  name: 'accept',
  summary: 'Accept that an entry is not migrated',
  details:
    'The entry is left out of copy and never deleted at the destination; who accepted it, when and why is in the ledger for good. A reason is required.',
  args: [
    nameArgument,
    ['<path>', 'from the root of the tree, as status and exceptions print it (%XX for odd bytes)'],
  ],
  options: tellOptions,
  examples: [
    ['longhaul accept acme run/app.sock --reason "a socket, made anew at start"', 'a special file'],
    ['longhaul accept acme home/x/secret --reason "owner keeps it" --by "J. Doe"', 'in whose name'],
    ['longhaul exceptions acme', 'shows all that were accepted'],
  ],
  exits: [0, 2, 4, 5],
  run: (terminal, [name, path], options) => {
    if (options.reason === undefined || options.reason.trim() === '') {
      throw usage(
        'An exception needs a reason, for whoever reads the ledger later',
        `Type: longhaul accept ${name} '${path}' --reason "…"`,
      );
    }
    const relative = printable(fromPrintable(path.replace(/^\/+|\/+$/g, '')));
    if (relative === '') throw usage('The root of the tree cannot be an exception');
    if (relative.split('/').includes('..')) {
      throw usage(`Expected a path from the root of the tree, got "${path}"`);
    }
    return tell(terminal, name, options, ['acceptException', { path: relative }]);
  },
});
