/** `longhaul init`: an example to start from. */
import { LonghaulError } from '../../errors.ts';
import { define } from '../command.ts';

export const initCommand = define<[], object>({
  name: 'init',
  summary: 'Write a commented migration spec to fill in',
  examples: [],
  exits: [0, 2],
  run: () => Promise.reject(new LonghaulError('BUG', 'init is not built yet')),
});
