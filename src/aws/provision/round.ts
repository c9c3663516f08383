/** One round of provisioning or teardown: reads the account, plans, and applies every step that is due. */
import { nextStep, planProvision } from '../../policy/provision/plan.ts';
import { planTeardown } from '../../policy/provision/teardown.ts';
import type { ProvisionStep } from '../../policy/provision/steps.ts';
import type { ProvisionJob } from '../../protocol/provision.ts';
import type { AwsClients } from '../clients.ts';
import { awsFailure } from '../failures.ts';
import { applyAction } from './apply.ts';
import { describeResources } from './describe-resources.ts';
import { toDesired } from './desired.ts';

/** Plans the steps without applying them. */
export async function planNow(
  clients: AwsClients,
  job: ProvisionJob,
): Promise<readonly ProvisionStep[]> {
  try {
    if (job.mode === 'provision') {
      const found = await describeResources(clients, job.spec);
      return planProvision(toDesired(job.spec, job.done), found);
    }
    return planTeardown(await describeResources(clients, job.spec, 'all'), job);
  } catch (error) {
    throw awsFailure('read the account', error);
  }
}

export interface ProvisionRound {
  /** The `what` of the applied steps, in order. */
  readonly applied: readonly string[];
  /** The plan from before the first step was applied. */
  readonly steps: readonly ProvisionStep[];
}

export interface RoundOptions {
  readonly signal: AbortSignal;
  readonly onApplied: (what: string) => void;
}

/** May be interrupted and called again. Throws a transient code, or one that needs the operator. */
export async function provisionRound(
  clients: AwsClients,
  job: ProvisionJob,
  { signal, onApplied }: RoundOptions,
): Promise<ProvisionRound> {
  const steps = await planNow(clients, job);
  const applied: string[] = [];
  // A teardown deletes nothing while any step is refused.
  if (job.mode === 'teardown' && steps.some(({ state }) => state === 'refused'))
    return { applied, steps };
  let rest = steps;
  for (let step = nextStep(rest); step?.action !== undefined; step = nextStep(rest)) {
    signal.throwIfAborted();
    try {
      await applyAction(clients, job.spec, step.action);
    } catch (error) {
      throw awsFailure(`${step.action.do} (${step.what})`, error);
    }
    applied.push(step.what);
    onApplied(step.what);
    rest = rest.slice(rest.indexOf(step) + 1);
  }
  return { applied, steps };
}
