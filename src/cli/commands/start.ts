/** `longhaul start`: over a spec. */
import { LonghaulError } from '../../errors.ts';
import { define } from '../command.ts';

export const startCommand = define<[spec: string], object>({
  name: 'start',
  summary: 'Start a migration, or attach to the one that runs',
  args: [['<spec>', 'the migration spec, a YAML file']],
  examples: [],
  exits: [0, 2],
  run: () => Promise.reject(new LonghaulError('BUG', 'start is not built yet')),
});
