/** `longhaul approve`: a message to the migration. */
import { define } from '../command/command.ts';
import { nameArgument, tell, tellOptions, type TellOptions } from '../command/tell.ts';

export const approveCommand = define<[name: string], TellOptions>({
  name: 'approve',
  summary: 'Allow the cutover when its gates are open',
  details:
    'The cutover begins by itself when the drift is small, nothing is blocked and the window is open. The approval is recorded with who gave it; longhaul postpone takes it back.',
  examples: [
    ['longhaul approve acme', 'allow it'],
    [
      'longhaul approve acme --by "J. Doe" --reason "CAB-1234"',
      'with name and reason in the ledger',
    ],
    ['longhaul status acme', 'shows the gate that still holds it'],
  ],
  args: [nameArgument],
  options: tellOptions,
  exits: [0, 2, 4, 5],
  run: (terminal, [name], options) => tell(terminal, name, options, ['approveCutover', {}]),
});
