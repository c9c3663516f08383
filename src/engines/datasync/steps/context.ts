/** The services that every step of the engine uses. */
import type { Lanes } from '../executions/lanes.ts';
import type { ExecutionServices } from '../executions/running.ts';
import type { ResourceServices } from '../service/find-or-create.ts';

export interface EngineContext extends ExecutionServices, ResourceServices {
  readonly lanes: Lanes;
}
