/** `longhaul verify`: two trees. */
import { LonghaulError } from '../../errors.ts';
import { define } from '../command.ts';

export const verifyCommand = define<[source: string, destination: string], object>({
  name: 'verify',
  summary: 'Compare two trees by content and metadata',
  args: [
    ['<source>', 'x'],
    ['<destination>', 'y'],
  ],
  examples: [],
  exits: [0, 2],
  run: () => Promise.reject(new LonghaulError('BUG', 'verify is not built yet')),
});
