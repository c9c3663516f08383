/** `longhaul ledger`: from the state directory. */
import { LonghaulError } from '../../errors.ts';
import { define } from '../command.ts';
import { nameArgument } from '../tell.ts';

export const ledgerCommand = define<[name: string], object>({
  name: 'ledger',
  summary: 'Show the account of what was done and decided',
  args: [nameArgument],
  examples: [],
  exits: [0, 2],
  run: () => Promise.reject(new LonghaulError('BUG', 'ledger is not built yet')),
});
