/** Implements the engine contract with AWS DataSync: NFS through agents to Amazon EFS. */
import type { ChunkSum, StepResult } from '../../model/round.ts';
import type { PreflightCheck } from '../../model/preflight.ts';
import type { Engine, EngineFeatures, EngineLanes, StepJob } from '../engine.ts';
import type { MigrationSpec } from '../../spec/schema.ts';
import { AgentMonitor } from './service/agents.ts';
import { DataSyncApi } from './service/api.ts';
import { closeChunk } from './steps/close.ts';
import { copy } from './steps/copy.ts';
import { deletePass } from './steps/delete-pass.ts';
import { BandwidthShare } from './executions/bandwidth-share.ts';
import { Lanes } from './executions/lanes.ts';
import { hasEnded } from './executions/run.ts';
import { EfsDestination } from './service/efs-destination.ts';
import { boundLane } from './service/layout.ts';
import type { DataSyncEngineOptions } from './service/options.ts';
import { ResourceMemory } from './service/resource-memory.ts';
import type { EngineContext } from './steps/context.ts';
import { scan } from './steps/scan.ts';
import { verify } from './steps/verify.ts';

const FEATURES: EngineFeatures = {
  name: 'datasync',
  // Within one execution. A group of links that crosses chunks becomes independent copies.
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
  private readonly context: EngineContext;

  constructor(options: DataSyncEngineOptions) {
    const { clients, spec, time, directory } = options;
    const api = new DataSyncApi(clients);
    const agents = new AgentMonitor(api, spec.source.agents, time, spec.aws.pollInterval);
    const lanes = new Lanes({
      directory,
      time,
      retryMs: spec.aws.pollInterval,
      hasEnded: (record) => hasEnded({ api }, record),
      agents,
    });
    const memory = new ResourceMemory(directory, time);
    const destination = new EfsDestination(options);
    const bandwidth = new BandwidthShare();
    this.context = { options, api, agents, lanes, memory, destination, bandwidth };
  }

  async preflight(): Promise<readonly PreflightCheck[]> {
    const agents = await this.context.agents.all();
    return agents.map(({ specName, online }) => ({
      name: `agent ${specName} is online`,
      ok: online,
      found: online ? 'ONLINE' : 'OFFLINE',
      fix: 'Start the agent, and check its link to AWS.',
    }));
  }

  lanes(): EngineLanes {
    const { laneNames: names } = this.context.agents;
    const bound = this.context.memory.layout?.layout === 'task-per-chunk';
    const of = (chunk: string): readonly string[] =>
      bound ? names.slice(boundLane(chunk, names.length)).slice(0, 1) : names;
    return { names, bound, of };
  }

  /** A lane answers when its agent is online; a link with several lanes when AWS answers. */
  async probe(_spec: MigrationSpec, lane?: string): Promise<void> {
    const { agents } = this.context;
    if (lane === undefined && agents.laneNames.length > 0) await agents.all();
    else await agents.requireOnline([lane === undefined ? 0 : agents.laneNames.indexOf(lane)]);
  }

  scan(job: StepJob): Promise<StepResult> {
    return scan(this.context, job);
  }

  copy(job: StepJob): Promise<StepResult> {
    return copy(this.context, job);
  }

  verify(job: StepJob): Promise<StepResult> {
    return verify(this.context, job);
  }

  deletePass(job: StepJob): Promise<StepResult> {
    return deletePass(this.context, job);
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- a throw must become a rejection
  async close(job: StepJob): Promise<ChunkSum> {
    return closeChunk(job, this.context.options.time.now());
  }

  adjust(bytesPerSecond: number | undefined): void {
    this.context.bandwidth.set(bytesPerSecond);
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- as above
  async dispose(): Promise<void> {
    this.context.options.clients.dispose();
  }
}
