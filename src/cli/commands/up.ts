/** `longhaul up`: runs things. */
import { LonghaulError } from '../../errors.ts';
import { define } from '../command.ts';

export const upCommand = define<[], object>({
  name: 'up',
  summary: 'Start a durable Temporal server on this machine',
  examples: [],
  exits: [0, 2],
  run: () => Promise.reject(new LonghaulError('BUG', 'up is not built yet')),
});
