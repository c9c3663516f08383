/** `longhaul provision`: what a migration by DataSync needs in the account. */
import type { MigrationSpec } from '../../spec/schema.ts';
import { define } from '../command/command.ts';
import { jsonOption, type JsonOption } from '../command/options.ts';
import { specArgument } from './check.ts';

interface Options extends JsonOption {
  readonly dryRun?: boolean;
  readonly apply?: boolean;
}

export const provisionCommand = define<[spec: string], Options>({
  name: 'provision',
  summary: 'Make what a migration by DataSync needs in the account',
  details:
    'File system, backup and file-system policy, mount targets, access point, locations and tasks. Finds what is there by token, tag, name or URI and takes it over, so that it can be cut and repeated without a duplicate. --apply runs it as a workflow, which goes on through drops; it needs a server and a worker. Once the migration is done, the same command turns the lifecycle on.',
  args: [specArgument],
  options: [
    { flags: '--dry-run', description: 'say what would be done, and why (the default)' },
    { flags: '--apply', description: 'do it' },
    jsonOption,
  ],
  examples: [
    ['longhaul provision acme.yaml', 'what is there, what would be made'],
    [
      'longhaul provision acme.yaml --apply',
      'make it; again after a cut, and nothing is made twice',
    ],
    ['longhaul iam-policy acme.yaml --phase destination', 'the rights that the first part needs'],
  ],
  exits: [0, 2, 3, 4, 5, 130],
  run: async (terminal, [file], options) => {
    const { provisioning } = await import('./provisioning.ts');
    return provisioning(terminal, {
      verb: 'provision',
      file,
      ...options,
      jobOf: async (base, spec) => ({ ...base, mode: 'provision', done: await isDone(spec) }),
    });
  },
});

/** By the ledger; false while there is none. A server that has just begun leaves a state directory without any migration. */
async function isDone({ stateDirectory, name }: MigrationSpec): Promise<boolean> {
  const { existsSync } = await import('node:fs');
  if (!existsSync(`${stateDirectory}/migrations/${name}`)) return false;
  const { openStateDirectory } = await import('../../state/state-directory.ts');
  const { readLedger } = await import('../../ledger/ledger.ts');
  const { ledgerPath } = openStateDirectory(stateDirectory).migration(name);
  if (!existsSync(ledgerPath)) return false;
  for (const line of readLedger(ledgerPath)) {
    if (line.kind === 'done' && line.outcome === 'done') return true;
  }
  return false;
}
