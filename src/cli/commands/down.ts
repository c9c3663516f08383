/** `longhaul down`: runs things. */
import { LonghaulError } from '../../errors.ts';
import { define } from '../command.ts';

export const downCommand = define<[], object>({
  name: 'down',
  summary: 'Stop the Temporal server that up started',
  examples: [],
  exits: [0, 2],
  run: () => Promise.reject(new LonghaulError('BUG', 'down is not built yet')),
});
