/** `longhaul assess`: over a spec. */
import { LonghaulError } from '../../errors.ts';
import { define } from '../command.ts';

export const assessCommand = define<[spec: string], object>({
  name: 'assess',
  summary: 'Scan the source and tell what is there and how long it will take',
  args: [['<spec>', 'the migration spec, a YAML file']],
  examples: [],
  exits: [0, 2],
  run: () => Promise.reject(new LonghaulError('BUG', 'assess is not built yet')),
});
