/** `longhaul init`: an example spec to start from. */
import { define } from '../command.ts';

interface Options {
  readonly name?: string;
  readonly source?: string;
  readonly destination?: string;
  readonly state?: string;
}

export const initCommand = define<[], Options>({
  name: 'init',
  summary: 'Write a commented migration spec to fill in',
  details: 'Goes to stdout, with every default as a comment. docs/spec.md explains each field.',
  options: [
    { flags: '--name <name>', description: 'of the migration: lower-case letters, digits, dashes' },
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
    ['longhaul check acme.yaml', 'then check it'],
  ],
  exits: [0, 2],
  run: async (terminal, _args, { name, source, destination, state }) => {
    const { exampleSpec } = await import('../../spec/example.ts');
    terminal.print(
      exampleSpec({
        ...(name === undefined ? {} : { name }),
        ...(source === undefined ? {} : { source }),
        ...(destination === undefined ? {} : { destination }),
        ...(state === undefined ? {} : { stateDirectory: state }),
      }).trimEnd(),
    );
    return 0;
  },
});
