/** `longhaul export`: from the state directory. */
import { LonghaulError } from '../../errors.ts';
import { define } from '../command.ts';
import { nameArgument } from '../tell.ts';

export const exportCommand = define<[name: string], object>({
  name: 'export',
  summary: 'Write the evidence in formats other tools can check',
  args: [nameArgument],
  examples: [],
  exits: [0, 2],
  run: () => Promise.reject(new LonghaulError('BUG', 'export is not built yet')),
});
