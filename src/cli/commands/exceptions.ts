/** `longhaul exceptions`: from the state directory. */
import { LonghaulError } from '../../errors.ts';
import { define } from '../command.ts';
import { nameArgument } from '../tell.ts';

export const exceptionsCommand = define<[name: string], object>({
  name: 'exceptions',
  summary: 'List entries that will not be migrated, and who accepted them',
  args: [nameArgument],
  examples: [],
  exits: [0, 2],
  run: () => Promise.reject(new LonghaulError('BUG', 'exceptions is not built yet')),
});
