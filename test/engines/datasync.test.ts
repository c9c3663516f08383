/** The engine contract on DataSync, through the sandbox: real SDK clients, real bytes, virtual time. */
import { sandboxEngine } from '../support/aws/datasync-bench.ts';
import { engineContract } from './contract.ts';

const NO_MOUNT = 'longhaul does not see the source, the agents do';

engineContract(
  'datasync',
  sandboxEngine({
    aws: { removeWithFilters: true },
    cannot: {
      'makes a tree of 1,000 levels': 'DataSync takes paths of up to 4,096 bytes',
      'that do not delete count what waits to be deleted':
        'only a full verification lists the source',
      'makes an equal tree of names, kinds, modes, owners and times as nasty as they come':
        'DataSync copies no extended attributes and no access lists',
      'leaves out what a rule leaves out, and counts it': NO_MOUNT,
      'go to the trash when the spec has one': 'DataSync removes; the spec refuses a trash',
      'leave the trash after the time they are kept': 'DataSync removes; the spec refuses a trash',
      'calls it drift when the source has changed since':
        'what is copied is verified in the same execution, against what was read',
    },
  }),
);
