/** The agents of the spec and their status. One ListAgents response serves all lanes for a poll interval. */
import { LonghaulError } from '../../../errors/failure.ts';
import type { DataSyncApi, ListedAgent } from './api.ts';
import type { Time } from './time.ts';

export interface LaneAgent extends ListedAgent {
  readonly lane: number;
  /** ARN or name, as the spec has it. */
  readonly specName: string;
}

/** Display name of a lane; an ARN is shortened to its id. */
const laneName = (specName: string, lane: number): string =>
  `agent ${lane + 1} (${specName.split('/').at(-1)})`;

export class AgentMonitor {
  /** Display names in the order of the spec; empty for a single agent, which is the whole link. */
  readonly laneNames: readonly string[];
  private readonly api: DataSyncApi;
  private readonly specNames: readonly string[];
  private readonly time: Time;
  private readonly maxAgeMs: number;
  private cached:
    { readonly atMs: number; readonly agents: Promise<readonly LaneAgent[]> } | undefined;

  constructor(api: DataSyncApi, specNames: readonly string[], time: Time, maxAgeMs: number) {
    this.api = api;
    this.specNames = specNames;
    this.laneNames = specNames.length === 1 ? [] : specNames.map(laneName);
    this.time = time;
    this.maxAgeMs = maxAgeMs;
  }

  /** Agents in the order of the spec. Throws AWS_REFUSED when one of them does not exist. */
  async all(): Promise<readonly LaneAgent[]> {
    const now = this.time.now();
    if (this.cached === undefined || now - this.cached.atMs >= this.maxAgeMs) {
      this.cached = { atMs: now, agents: this.list() };
      this.cached.agents.catch(() => (this.cached = undefined));
    }
    return this.cached.agents;
  }

  async ofLane(lane: number): Promise<LaneAgent> {
    return (await this.all())[lane]!;
  }

  async onlineLanes(): Promise<readonly number[]> {
    return (await this.all()).filter(({ online }) => online).map(({ lane }) => lane);
  }

  /** Throws AGENT_OFFLINE when none of the lanes has an online agent. */
  async requireOnline(lanes: readonly number[]): Promise<void> {
    const online = await this.onlineLanes();
    if (!lanes.some((lane) => online.includes(lane))) throw this.offlineError(lanes);
  }

  offlineError(lanes: readonly number[]): LonghaulError {
    const names = lanes.map((lane) => this.specNames[lane]).join(', ');
    const [be, agent] = lanes.length === 1 ? ['is', 'agent'] : ['are', 'agents'];
    return new LonghaulError('AGENT_OFFLINE', `The DataSync ${agent} ${names} ${be} offline`, {
      lanes: lanes.flatMap((lane) => this.laneNames[lane] ?? []),
    });
  }

  private async list(): Promise<readonly LaneAgent[]> {
    const agents = await this.api.agents();
    return this.specNames.map((specName, lane) => {
      const found = agents.find(({ arn, name }) => arn === specName || name === specName);
      if (found !== undefined) return { ...found, lane, specName };
      throw new LonghaulError(
        'AWS_REFUSED',
        `There is no DataSync agent "${specName}" in this region`,
        {
          hint: 'Activate it, or fix source.agents; longhaul provision shows which agents exist.',
        },
      );
    });
  }
}
