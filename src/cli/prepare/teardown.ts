/** `longhaul teardown`: removes what `longhaul provision` and the chunks have created. */
import { define } from '../command/command.ts';
import { confirmName } from '../command/confirm.ts';
import { jsonOption, specArgument, yesOption, type JsonOption } from '../command/options.ts';

interface Options extends JsonOption {
  readonly dryRun?: boolean;
  readonly apply?: boolean;
  readonly fileSystem?: string;
  readonly yes?: boolean;
}

export const teardownCommand = define<[spec: string], Options>({
  name: 'teardown',
  summary: 'Remove what provisioning created, except the file system',
  details:
    'Removes tasks, then their locations, and only those that carry the tag of the migration. The file system holds the data now: it is removed, with its mount targets and access point, only when it is named with --file-system and was created by this migration. Agents stay.',
  args: [specArgument],
  options: [
    { flags: '--dry-run', description: 'print what would be removed (the default)' },
    { flags: '--apply', description: 'remove it' },
    { flags: '--file-system <id>', description: 'also remove this file system with all its data' },
    yesOption,
    jsonOption,
  ],
  examples: [
    ['longhaul teardown acme.yaml', 'print what would be removed'],
    ['longhaul teardown acme.yaml --apply', 'remove tasks and locations'],
    [
      'longhaul teardown acme.yaml --apply --file-system fs-0123456789abcdef0',
      'after a rehearsal, the file system too; asks for its id',
    ],
  ],
  exits: [0, 2, 3, 4, 5, 130],
  run: async (terminal, [file], { fileSystem, yes, ...options }) => {
    const { runProvisioning } = await import('./run-provisioning.ts');
    const named = fileSystem === undefined ? {} : { fileSystem };
    return runProvisioning(terminal, {
      verb: 'teardown',
      file,
      ...options,
      jobOf: (base) => ({ ...base, mode: 'teardown', ...named }),
      confirm: async () => {
        if (fileSystem === undefined) return;
        const what = `This deletes the file system ${fileSystem} with all its data.`;
        await confirmName(terminal, { name: fileSystem, what, yes: yes === true });
      },
    });
  },
});
