/** One execution while it is started and watched, and the services that both need. */
import type { LonghaulError } from '../../../errors/failure.ts';
import type { StepProgress } from '../../../model/round.ts';
import type { RawPath } from '../../../paths.ts';
import type { StepJob } from '../../engine.ts';
import type { AgentMonitor } from '../service/agents.ts';
import type { DataSyncApi, ExecutionDescription, StartRequest } from '../service/api.ts';
import type { ExecutionKey } from '../service/execution-journal.ts';
import type { DataSyncEngineOptions } from '../service/options.ts';
import type { BandwidthShare } from './bandwidth-share.ts';
import type { LaneGrant } from './lanes.ts';

export interface ExecutionServices {
  readonly options: DataSyncEngineOptions;
  readonly api: DataSyncApi;
  readonly agents: AgentMonitor;
  readonly bandwidth: BandwidthShare;
}

export interface RunningExecution {
  readonly job: StepJob;
  readonly key: ExecutionKey;
  readonly step: StepProgress['step'];
  readonly lane: LaneGrant;
  /** Other lanes that may run the chunk. */
  readonly otherLanes: readonly number[];
  /** ARN. */
  readonly task: string;
  /** Directory in the tree at which the locations of the task begin; undefined: the root. */
  readonly below?: RawPath | undefined;
  readonly request: Omit<StartRequest, 'TaskArn' | 'Tags'>;
  /** Inspects the running execution. Returning an error cancels the execution and throws that error. */
  readonly refuse?: ((seen: ExecutionDescription) => LonghaulError | undefined) | undefined;
}
