/** `longhaul exclude`: adds or removes exclusions of a running migration. */
import { define } from '../command/command.ts';
import { nameArgument, tell, tellOptions, type TellOptions } from '../command/tell.ts';

export const excludeCommand = define<
  [name: string, patterns: string[]],
  TellOptions & { readonly remove?: boolean }
>({
  name: 'exclude',
  summary: 'Leave entries out from the next round on',
  details:
    'Patterns are as in .gitignore, from the root of the tree. What is excluded is neither copied nor deleted at the destination.',
  args: [nameArgument, ['<pattern...>', 'gitignore-like patterns']],
  options: [{ flags: '--remove', description: 'take these patterns back instead' }, ...tellOptions],
  examples: [
    ["longhaul exclude acme '*.tmp'", 'everywhere'],
    ["longhaul exclude acme /cache/ '/home/*/.cache/'", 'two patterns, from the root of the tree'],
    ["longhaul exclude acme --remove '*.tmp'", 'migrate them after all'],
    ["longhaul exclude acme /scratch/ --reason 'agreed with the owner'", 'and say why'],
  ],
  exits: [0, 2, 4, 5],
  run: (terminal, [name, patterns], options) =>
    tell(terminal, name, options, [
      options.remove === true ? 'removeExclusions' : 'addExclusions',
      { patterns },
    ]),
});
