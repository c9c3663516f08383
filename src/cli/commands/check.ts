/** `longhaul check`: over a spec. */
import { LonghaulError } from '../../errors.ts';
import { define } from '../command.ts';

export const checkCommand = define<[spec: string], object>({
  name: 'check',
  summary: 'Check a migration spec without touching anything',
  args: [['<spec>', 'the migration spec, a YAML file']],
  examples: [],
  exits: [0, 2],
  run: () => Promise.reject(new LonghaulError('BUG', 'check is not built yet')),
});
