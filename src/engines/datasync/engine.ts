/** AWS DataSync behind longhaul's engine interface: NFS through agents to Amazon EFS. */
import type { ChunkSum, StepResult } from '../../model/round.ts';
import type { PreflightCheck } from '../../model/preflight.ts';
import type { Engine, EngineFeatures, EngineLanes, StepJob } from '../engine.ts';
import type { MigrationSpec } from '../../spec/schema.ts';
import { AgentBoard } from './service/agents.ts';
import { DataSyncApi } from './service/api.ts';
import { closeChunk } from './steps/close.ts';
import { copy } from './steps/copy.ts';
import { deletePass } from './steps/delete-pass.ts';
import { ExecutionRunner } from './executions/execution.ts';
import { Governor } from './executions/governor.ts';
import { Lanes } from './executions/lanes.ts';
import type { DataSyncEngineOptions } from './service/options.ts';
import { Resources } from './service/resources.ts';
import { scan } from './steps/scan.ts';
import { verify } from './steps/verify.ts';
import { laneOf, type EngineParts } from './steps/step.ts';

const FEATURES: EngineFeatures = {
  name: 'datasync',
  // Within one execution; a group that crosses chunks becomes copies.
  preservesHardLinks: true,
  preservesXattrs: false,
  preservesHoles: false,
  timePrecisionNs: 0,
  liveBandwidth: true,
};

export function createDataSyncEngine(options: DataSyncEngineOptions): Engine {
  return new DataSyncEngine(options);
}

class DataSyncEngine implements Engine {
  readonly features = FEATURES;
  private readonly options: DataSyncEngineOptions;
  private readonly governor = new Governor();
  private readonly parts: EngineParts;

  constructor(options: DataSyncEngineOptions) {
    this.options = options;
    const { clients, spec, time, directory } = options;
    const api = new DataSyncApi(clients);
    const agents = new AgentBoard(api, spec.source.agents, time, spec.aws.pollInterval);
    const runner = new ExecutionRunner({ options, api, agents, governor: this.governor });
    const lanes = new Lanes({
      directory,
      time,
      retryMs: spec.aws.pollInterval,
      isOver: (left) => runner.isOver(left),
      agents,
    });
    const resources = new Resources({ options, api, agents });
    this.parts = { options, api, agents, resources, lanes, runner };
  }

  async preflight(): Promise<readonly PreflightCheck[]> {
    const agents = await this.parts.agents.lanes();
    return agents.map(({ called, online }) => ({
      name: `agent ${called} is online`,
      ok: online,
      found: online ? 'ONLINE' : 'OFFLINE',
      fix: 'Start the agent, and look at its link to AWS.',
    }));
  }

  lanes(): EngineLanes {
    const { names } = this.parts.agents;
    const bound = this.parts.resources.knownLayout() === 'task-per-chunk';
    const of = (chunk: string): readonly string[] =>
      bound ? names.slice(laneOf(chunk, names.length)).slice(0, 1) : names;
    return { names, bound, of };
  }

  /** A lane answers when its agent is online; the link of several when AWS does. */
  async probe(_spec: MigrationSpec, lane?: string): Promise<void> {
    const { agents } = this.parts;
    if (lane === undefined && agents.names.length > 0) await agents.lanes();
    else await agents.requireOnline([lane === undefined ? 0 : agents.names.indexOf(lane)]);
  }

  scan(job: StepJob): Promise<StepResult> {
    return scan(this.parts, job);
  }

  copy(job: StepJob): Promise<StepResult> {
    return copy(this.parts, job);
  }

  verify(job: StepJob): Promise<StepResult> {
    return verify(this.parts, job);
  }

  deletePass(job: StepJob): Promise<StepResult> {
    return deletePass(this.parts, job);
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- a throw must be a rejection
  async close(job: StepJob): Promise<ChunkSum> {
    return closeChunk(job, this.options.time.now());
  }

  adjust(bytesPerSecond: number | undefined): void {
    this.governor.set(bytesPerSecond);
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- as above
  async dispose(): Promise<void> {
    this.options.clients.dispose();
  }
}
