/** `longhaul teardown`: removes what `longhaul provision` and the chunks have made. */
import { define } from '../command/command.ts';
import { confirmName } from '../command/confirm.ts';
import { jsonOption, yesOption, type JsonOption } from '../command/options.ts';
import { specArgument } from './check.ts';

interface Options extends JsonOption {
  readonly dryRun?: boolean;
  readonly apply?: boolean;
  readonly fileSystem?: string;
  readonly yes?: boolean;
}

export const teardownCommand = define<[spec: string], Options>({
  name: 'teardown',
  summary: 'Remove what provisioning made, but not the file system',
  details:
    'Tasks, then their locations, and only what carries the tag of the migration. The file system is where the data is now: it goes only when it is named with --file-system and was made by this migration, with its mount targets and its access point. Agents stay.',
  args: [specArgument],
  options: [
    { flags: '--dry-run', description: 'say what would go (the default)' },
    { flags: '--apply', description: 'remove it' },
    { flags: '--file-system <id>', description: 'remove this file system too, with all its data' },
    yesOption,
    jsonOption,
  ],
  examples: [
    ['longhaul teardown acme.yaml', 'what would go'],
    ['longhaul teardown acme.yaml --apply', 'remove tasks and locations'],
    [
      'longhaul teardown acme.yaml --apply --file-system fs-0123456789abcdef0',
      'after a rehearsal: the file system too; asks for the name',
    ],
  ],
  exits: [0, 2, 3, 4, 5, 130],
  run: async (terminal, [file], { fileSystem, yes, ...options }) => {
    const { provisioning } = await import('./provisioning.ts');
    const named = fileSystem === undefined ? {} : { fileSystem };
    return provisioning(terminal, {
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
