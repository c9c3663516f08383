/** `longhaul worker`: runs things. */
import { LonghaulError } from '../../errors.ts';
import { define } from '../command.ts';

export const workerCommand = define<[], object>({
  name: 'worker',
  summary: 'Do the work of migrations whose trees this machine sees',
  examples: [],
  exits: [0, 2],
  run: () => Promise.reject(new LonghaulError('BUG', 'worker is not built yet')),
});
