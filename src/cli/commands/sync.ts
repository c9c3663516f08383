/** `longhaul sync`: two trees. */
import { LonghaulError } from '../../errors.ts';
import { define } from '../command.ts';

export const syncCommand = define<[source: string, destination: string], object>({
  name: 'sync',
  summary: 'Copy a tree in one pass, without a server',
  args: [
    ['<source>', 'x'],
    ['<destination>', 'y'],
  ],
  examples: [],
  exits: [0, 2],
  run: () => Promise.reject(new LonghaulError('BUG', 'sync is not built yet')),
});
