/** `longhaul exclude`: adds or removes exclude patterns of a running migration. */
import { define } from '../command/command.ts';
import { nameArgument } from '../command/options.ts';
import { messageOptions, sendMessage, type MessageOptions } from '../command/send-message.ts';

export const excludeCommand = define<
  [name: string, patterns: string[]],
  MessageOptions & { readonly remove?: boolean }
>({
  name: 'exclude',
  summary: 'Exclude entries from the next round on',
  details:
    'Patterns are as in .gitignore, relative to the root of the tree. Excluded entries are neither copied nor deleted at the destination.',
  args: [nameArgument, ['<pattern...>', 'patterns as in .gitignore']],
  options: [
    { flags: '--remove', description: 'remove these patterns instead of adding them' },
    ...messageOptions,
  ],
  examples: [
    ["longhaul exclude acme '*.tmp'", 'everywhere in the tree'],
    ["longhaul exclude acme /cache/ '/home/*/.cache/'", 'two directories'],
    ["longhaul exclude acme --remove '*.tmp'", 'migrate them after all'],
    ["longhaul exclude acme /scratch/ --reason 'agreed with the owner'", 'with a reason'],
  ],
  exits: [0, 2, 4, 5],
  run: (terminal, [name, patterns], options) =>
    sendMessage(terminal, name, options, [
      options.remove === true ? 'removeExclusions' : 'addExclusions',
      { patterns },
    ]),
});
