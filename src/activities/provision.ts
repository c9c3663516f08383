/** Runs one round of provisioning as an activity. */
import type { ProvisionJob } from '../protocol/provision.ts';
import type { ProvisionStep } from '../policy/provision/steps.ts';
import { longActivity } from './activity.ts';
import type { ProvisionActivities } from '../protocol/activities.ts';
import type { ActivityDeps } from './deps.ts';

/** Keeps histories small; the next round looks again anyway. */
const MAX_SHOWN = 20;

export function provisionActivities({ aws }: Pick<ActivityDeps, 'aws'>): ProvisionActivities {
  return {
    provisionRound: (job: ProvisionJob) => {
      let at = 'looking';
      return longActivity(
        () => ({ at }),
        async (signal) => {
          // Imported here, so that a worker that provisions nothing does not load the AWS SDK.
          const { provisionRound } = await import('../aws/provision/round.ts');
          const clients = await aws(job.spec.aws);
          try {
            const onApplied = (what: string): void => {
              at = what;
            };
            const { applied, steps } = await provisionRound(clients, job, { signal, onApplied });
            return { did: applied, waiting: waitingOf(steps), refused: refusedOf(steps) };
          } finally {
            clients.dispose();
          }
        },
      );
    },
  };
}

const waitingOf = (steps: readonly ProvisionStep[]): string[] =>
  steps
    .filter(({ state }) => state === 'waiting')
    .slice(0, MAX_SHOWN)
    .map(({ what, because }) => `${what}: ${because}`);

const refusedOf = (steps: readonly ProvisionStep[]) =>
  steps
    .filter(({ state }) => state === 'refused')
    .slice(0, MAX_SHOWN)
    .map(({ what, because, fix = '' }) => ({ what, because, fix }));
