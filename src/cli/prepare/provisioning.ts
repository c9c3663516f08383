/** What `provision` and `teardown` share: from a spec to a job, the plan in words, and following the workflow that does it. */
import type { ProvisionJob, ProvisionProgress } from '../../protocol/provision.ts';
import type { LonghaulClient } from '../../client/client.ts';
import type { Step } from '../../policy/provision/steps.ts';
import type { MigrationSpec } from '../../spec/schema.ts';
import { usage, type ExitCode } from '../command/exit.ts';
import { table } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { withClient } from '../command/with-client.ts';

const EVERY_MS = 1000;

export interface Ask {
  readonly verb: ProvisionJob['mode'];
  /** Of the spec. */
  readonly file: string;
  readonly dryRun?: boolean | undefined;
  readonly apply?: boolean | undefined;
  /** What belongs to the job beside its verb and the spec. */
  readonly jobOf: (base: Base, spec: MigrationSpec) => ProvisionJob | Promise<ProvisionJob>;
  /** Asked before anything is done; throws when it is refused. */
  readonly confirm?: () => Promise<void>;
}

interface Base {
  readonly spec: ProvisionJob['spec'];
}

/** Says what would be done, or has it done. Throws USAGE, SPEC_INVALID. */
export async function provisioning(terminal: Terminal, ask: Ask): Promise<ExitCode> {
  const { verb, file, dryRun = false, apply: doIt = false } = ask;
  if (dryRun && doIt) throw usage('--dry-run and --apply exclude each other');
  const { loadSpec } = await import('../../spec/load.ts');
  const { dataSyncSpec } = await import('../../spec/kinds.ts');
  const { toProvisionSpec } = await import('../../aws/provision/desired.ts');
  const spec = loadSpec(file);
  const job = await ask.jobOf({ spec: toProvisionSpec(dataSyncSpec(spec)) }, spec);
  if (!doIt) return showPlan(terminal, job);
  await ask.confirm?.();
  const command = `longhaul ${verb} ${file} --apply`;
  return apply(terminal, job, { state: spec.stateDirectory, command });
}

/** Looks at the account and says what would be done. Changes nothing, and needs no server. */
async function showPlan(terminal: Terminal, job: ProvisionJob): Promise<ExitCode> {
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

function printSteps(terminal: Terminal, steps: readonly Step[]): void {
  if (terminal.json) {
    for (const { what, state, because, fix } of steps)
      terminal.record('step', { what, state, because, fix });
    return;
  }
  const rows = steps.map(({ what, state, because }) => [state, what, because]);
  terminal.print(table([{ title: 'state' }, { title: 'what' }, { title: 'because' }], rows));
  for (const { what, fix } of steps) if (fix !== undefined) terminal.say(`${what}: ${fix}`);
}

interface Apply {
  readonly state: string;
  readonly command: string;
}

/** Starts the workflow, or attaches to the one that runs, and follows it to its end. */
async function apply(
  terminal: Terminal,
  job: ProvisionJob,
  { state, command }: Apply,
): Promise<ExitCode> {
  return withClient({ state }, async (client) => {
    const began = await client.startProvision(job);
    if (!began) terminal.say('It runs already; this follows it.');
    if (!(await client.workersPoll())) {
      terminal.say('No worker is there yet. Start one with: longhaul worker');
    }
    const outcome = await follow(terminal, client, job.spec.name);
    if (outcome === undefined) {
      terminal.say(`It goes on without this command. To follow it again: ${command}`);
      return 130;
    }
    return tellOutcome(terminal, outcome);
  });
}

/** Each thing that is done is said once; what is waited for is in the status line. */
async function follow(
  terminal: Terminal,
  client: LonghaulClient,
  name: string,
): Promise<ProvisionProgress | undefined> {
  let told = 0;
  const looks = client.followProvision(name, { everyMs: EVERY_MS, signal: terminal.signal });
  for await (const { over, progress } of looks) {
    for (const what of progress?.did.slice(told) ?? []) {
      if (terminal.json) terminal.record('did', { what });
      else terminal.print(`done: ${what}`);
    }
    told = progress?.did.length ?? told;
    const [first] = progress?.waiting ?? [];
    terminal.status(first === undefined ? undefined : `waiting: ${first}`);
    if (over) return progress;
  }
  return undefined;
}

function tellOutcome(terminal: Terminal, { did, refused }: ProvisionProgress): ExitCode {
  if (terminal.json) terminal.record('outcome', { did, refused });
  else if (refused.length === 0) {
    terminal.say(did.length === 0 ? 'Nothing was left to do.' : 'All is as the spec says.');
  }
  if (refused.length === 0) return 0;
  for (const { what, because, fix } of refused)
    terminal.say(`refused: ${what}: ${because}. ${fix}`);
  return 4;
}
