/** `longhaul init`: an example spec to start from. */
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
  details: 'Goes to stdout, with every default as a comment. docs/spec.md explains each field.',
  options: [
    { flags: '--name <name>', description: 'of the migration: lower-case letters, digits, dashes' },
    {
      flags: '--engine <engine>',
      description: 'posix for mounted trees, datasync for NFS to EFS by AWS',
    },
    { flags: '--source <path>', description: 'the tree as it is mounted now' },
    { flags: '--destination <path>', description: 'where it shall go' },
    { flags: '--state <directory>', description: 'where longhaul keeps what it knows' },
  ],
  examples: [
    ['longhaul init > acme.yaml', 'then edit it'],
    [
      'longhaul init --name acme --source /mnt/old --destination /mnt/new > acme.yaml',
      'with the places filled in',
    ],
    ['longhaul init --engine datasync > acme.yaml', 'for NFS to Amazon EFS through DataSync'],
    ['longhaul check acme.yaml', 'then check it'],
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
