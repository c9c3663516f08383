/** All activities, by queue. */
import type {
  ControlActivities,
  ProvisionActivities,
  StepActivities,
} from '../protocol/activities.ts';
import { controlsActivities } from './controls.ts';
import type { ActivityDeps } from './deps.ts';
import { hookActivities } from './hooks.ts';
import { createLinks } from './links.ts';
import { planningActivities } from './planning.ts';
import { provisionActivities } from './provision.ts';
import { recordActivities } from './record.ts';
import { stepActivities } from './steps.ts';

export function createActivities(deps: ActivityDeps): {
  readonly steps: StepActivities;
  readonly control: ControlActivities;
  readonly provision: ProvisionActivities;
} {
  const context = { deps, linkOf: createLinks(deps) };
  const { assessAndPlan, listChunks } = planningActivities(context);
  return {
    steps: { ...stepActivities(context), assessAndPlan },
    control: {
      listChunks,
      ...controlsActivities(deps),
      ...hookActivities(deps),
      ...recordActivities(deps),
    },
    provision: provisionActivities(deps),
  };
}
