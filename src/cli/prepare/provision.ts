/** `longhaul provision`: creates what a migration by DataSync needs in the AWS account. */
import type { MigrationSpec } from '../../spec/schema.ts';
import { define } from '../command/command.ts';
import { jsonOption, specArgument, type JsonOption } from '../command/options.ts';

interface Options extends JsonOption {
  readonly dryRun?: boolean;
  readonly apply?: boolean;
}

export const provisionCommand = define<[spec: string], Options>({
  name: 'provision',
  summary: 'Create what a migration by DataSync needs in the AWS account',
  details:
    'Creates the file system, its backup and file-system policies, mount targets, access point, locations and tasks. Existing resources are found by token, tag, name or URI and reused, so that the command can be interrupted and repeated without duplicates. --apply runs it as a workflow, which survives outages of the link; it needs a server and a worker. After the migration is done, the same command enables the lifecycle policy.',
  args: [specArgument],
  options: [
    { flags: '--dry-run', description: 'print what would be done, and why (the default)' },
    { flags: '--apply', description: 'apply the changes' },
    jsonOption,
  ],
  examples: [
    ['longhaul provision acme.yaml', 'print what exists and what would be created'],
    ['longhaul provision acme.yaml --apply', 'create it; can be repeated after an interruption'],
    ['longhaul iam-policy acme.yaml --phase destination', 'the permissions for the file system'],
  ],
  exits: [0, 2, 3, 4, 5, 130],
  run: async (terminal, [file], options) => {
    const { runProvisioning } = await import('./run-provisioning.ts');
    return runProvisioning(terminal, {
      verb: 'provision',
      file,
      ...options,
      jobOf: async (base, spec) => ({ ...base, mode: 'provision', done: await isDone(spec) }),
    });
  },
});

/**
 * Returns true when the ledger says that the migration is done. Each level may be missing: `longhaul up`
 * creates a state directory without any migration.
 */
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
