/** One round of provisioning: a look, the plan, and every step of it that can be done now. */
import { nextStep, planProvision } from '../../policy/provision/plan.ts';
import { planTeardown } from '../../policy/provision/teardown.ts';
import type { Step } from '../../policy/provision/steps.ts';
import type { ProvisionJob } from '../../protocol/provision.ts';
import type { AwsClients } from '../clients.ts';
import { awsFailure } from '../failures.ts';
import { toDesired } from './desired.ts';
import { look } from './look.ts';
import { perform } from './perform.ts';

/** What the steps are now. Changes nothing. */
export async function planNow(clients: AwsClients, job: ProvisionJob): Promise<readonly Step[]> {
  try {
    if (job.mode === 'provision') {
      return planProvision(toDesired(job.spec, job.done), await look(clients, job.spec));
    }
    return planTeardown(await look(clients, job.spec, 'all'), job);
  } catch (error) {
    throw awsFailure('look at the account', error);
  }
}

export interface Round {
  /** What was done, in this order. */
  readonly did: readonly string[];
  /** As they were found, before anything was done. */
  readonly steps: readonly Step[];
}

/**
 * Safe to be cut and called again. Throws a transient code when AWS or the link is away, and what a
 * person must mend otherwise.
 */
export async function provisionRound(
  clients: AwsClients,
  job: ProvisionJob,
  { signal, onDone }: { readonly signal: AbortSignal; readonly onDone: (what: string) => void },
): Promise<Round> {
  const steps = await planNow(clients, job);
  const did: string[] = [];
  // Nothing is taken apart while something must not be.
  if (job.mode === 'teardown' && steps.some(({ state }) => state === 'refused')) {
    return { did, steps };
  }
  let rest = steps;
  for (let step = nextStep(rest); step?.deed !== undefined; step = nextStep(rest)) {
    signal.throwIfAborted();
    try {
      await perform(clients, job.spec, step.deed);
    } catch (error) {
      throw awsFailure(`${step.deed.do} (${step.what})`, error);
    }
    did.push(step.what);
    onDone(step.what);
    rest = rest.slice(rest.indexOf(step) + 1);
  }
  return { did, steps };
}
