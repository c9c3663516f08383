/** `longhaul plan`: over a spec. */
import { LonghaulError } from '../../errors.ts';
import { define } from '../command.ts';

export const planCommand = define<[spec: string], object>({
  name: 'plan',
  summary: 'Print the chunks a migration would be cut into',
  args: [['<spec>', 'the migration spec, a YAML file']],
  examples: [],
  exits: [0, 2],
  run: () => Promise.reject(new LonghaulError('BUG', 'plan is not built yet')),
});
