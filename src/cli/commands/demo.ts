/** `longhaul demo`: runs things. */
import { LonghaulError } from '../../errors.ts';
import { define } from '../command.ts';

export const demoCommand = define<[], object>({
  name: 'demo',
  summary: 'Run a small migration with a bad link on this machine',
  examples: [],
  exits: [0, 2],
  run: () => Promise.reject(new LonghaulError('BUG', 'demo is not built yet')),
});
