/** Shared by `provision` and `teardown`: from a spec to a job, its plan as text, and the workflow that applies it. */
import type { ProvisionJob, ProvisionProgress } from '../../protocol/provision.ts';
import type { LonghaulClient } from '../../client/client.ts';
import type { ProvisionStep } from '../../policy/provision/steps.ts';
import type { MigrationSpec } from '../../spec/schema.ts';
import { usage, type ExitCode } from '../command/exit.ts';
import { table } from '../../terminal/columns.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { withClient } from '../command/with-client.ts';

const POLL_MS = 1000;

export interface ProvisioningRequest {
  readonly verb: ProvisionJob['mode'];
  /** Path of the spec. */
  readonly file: string;
  readonly dryRun?: boolean | undefined;
  readonly apply?: boolean | undefined;
  /** Completes the job, whose spec is given, with its mode and what the mode needs. */
  readonly jobOf: (
    base: Pick<ProvisionJob, 'spec'>,
    spec: MigrationSpec,
  ) => ProvisionJob | Promise<ProvisionJob>;
  /** Called before anything is applied; throws when the user does not confirm. */
  readonly confirm?: () => Promise<void>;
}

/** Prints what would be done, or applies it. Throws USAGE, SPEC_INVALID. */
export async function runProvisioning(
  terminal: Terminal,
  request: ProvisioningRequest,
): Promise<ExitCode> {
  const { verb, file, dryRun = false, apply = false } = request;
  if (dryRun && apply) throw usage('--dry-run and --apply exclude each other');
  const { loadSpec } = await import('../../spec/load.ts');
  const { dataSyncSpec } = await import('../../spec/kinds.ts');
  const { toProvisionSpec } = await import('../../aws/provision/desired.ts');
  const spec = loadSpec(file);
  const job = await request.jobOf({ spec: toProvisionSpec(dataSyncSpec(spec)) }, spec);
  if (!apply) return printPlan(terminal, job);
  await request.confirm?.();
  const command = `longhaul ${verb} ${file} --apply`;
  return runWorkflow(terminal, job, { state: spec.stateDirectory, command });
}

/** Prints what would be done in the account. Changes nothing and needs no server. */
async function printPlan(terminal: Terminal, job: ProvisionJob): Promise<ExitCode> {
  const { createAwsClients } = await import('../../aws/clients.ts');
  const { planNow } = await import('../../aws/provision/round.ts');
  const clients = createAwsClients(job.spec.aws);
  try {
    const steps = await planNow(clients, job);
    printSteps(terminal, steps);
    return steps.some(({ state }) => state === 'refused') ? 4 : 0;
  } finally {
    clients.dispose();
  }
}

function printSteps(terminal: Terminal, steps: readonly ProvisionStep[]): void {
  if (terminal.json) {
    for (const { what, state, because, fix } of steps)
      terminal.record('step', { what, state, because, fix });
    return;
  }
  const rows = steps.map(({ what, state, because }) => [state, what, because]);
  terminal.print(table([{ title: 'state' }, { title: 'what' }, { title: 'because' }], rows));
  for (const { what, fix } of steps) if (fix !== undefined) terminal.say(`${what}: ${fix}`);
}

/** Starts the workflow, or attaches to the running one, and follows it until it ends. */
async function runWorkflow(
  terminal: Terminal,
  job: ProvisionJob,
  { state, command }: { readonly state: string; readonly command: string },
): Promise<ExitCode> {
  return withClient({ state }, async (client) => {
    const began = await client.startProvision(job);
    if (!began) terminal.say('It is already running; this command follows it.');
    if (!(await client.workersPoll())) {
      terminal.say('No worker is running yet. Start one with: longhaul worker');
    }
    const outcome = await follow(terminal, client, job.spec.name);
    if (outcome === undefined) {
      terminal.say(`It continues without this command. To follow it again: ${command}`);
      return 130;
    }
    return printOutcome(terminal, outcome);
  });
}

/** Prints each finished step once, and shows what it waits for in the status line. Undefined on Ctrl-C. */
async function follow(
  terminal: Terminal,
  client: LonghaulClient,
  name: string,
): Promise<ProvisionProgress | undefined> {
  let printed = 0;
  const states = client.followProvision(name, { everyMs: POLL_MS, signal: terminal.signal });
  for await (const { over, progress } of states) {
    for (const what of progress?.did.slice(printed) ?? []) {
      if (terminal.json) terminal.record('did', { what });
      else terminal.print(`done: ${what}`);
    }
    printed = progress?.did.length ?? printed;
    const [first] = progress?.waiting ?? [];
    terminal.status(first === undefined ? undefined : `waiting: ${first}`);
    if (over) return progress;
  }
  return undefined;
}

function printOutcome(terminal: Terminal, { did, refused }: ProvisionProgress): ExitCode {
  if (terminal.json) terminal.record('outcome', { did, refused });
  else if (refused.length === 0) {
    terminal.say(did.length === 0 ? 'Nothing was left to do.' : 'Everything is as the spec says.');
  }
  if (refused.length === 0) return 0;
  for (const { what, because, fix } of refused)
    terminal.say(`refused: ${what}: ${because}. ${fix}`);
  return 4;
}
