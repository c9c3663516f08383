/** `longhaul init`: prints an example spec to fill in. */
import { LonghaulError } from '../../errors/failure.ts';
import { define } from '../command/command.ts';

interface Options {
  readonly name?: string;
  readonly source?: string;
  readonly destination?: string;
  readonly state?: string;
  readonly engine?: string;
}

export const initCommand = define<[], Options>({
  name: 'init',
  summary: 'Write a commented migration spec to fill in',
  details: 'Prints to stdout, with every default as a comment. docs/spec.md explains each field.',
  options: [
    {
      flags: '--name <name>',
      description: 'name of the migration: lower-case letters, digits, dashes',
    },
    {
      flags: '--engine <engine>',
      description: 'posix for mounted trees, datasync for NFS to EFS by AWS DataSync',
    },
    { flags: '--source <path>', description: 'mount point of the tree to migrate' },
    { flags: '--destination <path>', description: 'mount point of its new home' },
    { flags: '--state <directory>', description: 'state directory of the migration' },
  ],
  examples: [
    ['longhaul init > acme.yaml', 'write an example to edit'],
    [
      'longhaul init --name acme --source /mnt/old --destination /mnt/new > acme.yaml',
      'with name and paths filled in',
    ],
    ['longhaul init --engine datasync > acme.yaml', 'for NFS to Amazon EFS through DataSync'],
    ['longhaul check acme.yaml', 'validate it'],
  ],
  exits: [0, 2],
  run: async (terminal, _args, { name, source, destination, state, engine = 'posix' }) => {
    const { exampleSpec } = await import('../../spec/examples/posix.ts');
    const { exampleDataSyncSpec } = await import('../../spec/examples/datasync.ts');
    const examples = new Map([
      ['posix', exampleSpec],
      ['datasync', exampleDataSyncSpec],
    ]);
    const example = examples.get(engine);
    if (example === undefined) {
      throw new LonghaulError('USAGE', `There is no engine "${engine}": posix or datasync`);
    }
    terminal.print(
      example({
        ...(name === undefined ? {} : { name }),
        ...(source === undefined ? {} : { source }),
        ...(destination === undefined ? {} : { destination }),
        ...(state === undefined ? {} : { stateDirectory: state }),
      }).trimEnd(),
    );
    return 0;
  },
});
