/** The agents of the spec, as they were last seen: one call serves all lanes. */
import { LonghaulError } from '../../../errors/failure.ts';
import type { AgentSeen, DataSyncApi } from './api.ts';
import type { Time } from './time.ts';

export interface LaneAgent extends AgentSeen {
  readonly lane: number;
  /** As the spec names it. */
  readonly called: string;
}

/** As people know a lane; an ARN is cut to its id. */
const laneName = (called: string, lane: number): string =>
  `agent ${lane + 1} (${called.split('/').at(-1)})`;

export class AgentBoard {
  /** Of the lanes, in the order of the spec; empty when there is one, which is all of the link. */
  readonly names: readonly string[];
  private readonly api: DataSyncApi;
  private readonly wanted: readonly string[];
  private readonly time: Time;
  private readonly freshMs: number;
  private seen:
    { readonly atMs: number; readonly agents: Promise<readonly LaneAgent[]> } | undefined;

  constructor(api: DataSyncApi, wanted: readonly string[], time: Time, freshMs: number) {
    this.api = api;
    this.wanted = wanted;
    this.names = wanted.length === 1 ? [] : wanted.map(laneName);
    this.time = time;
    this.freshMs = freshMs;
  }

  /** In the order of the spec. Throws AWS_REFUSED when one of them is not there. */
  async lanes(): Promise<readonly LaneAgent[]> {
    const now = this.time.now();
    if (this.seen === undefined || now - this.seen.atMs >= this.freshMs) {
      this.seen = { atMs: now, agents: this.look() };
      this.seen.agents.catch(() => (this.seen = undefined));
    }
    return this.seen.agents;
  }

  async lane(lane: number): Promise<LaneAgent> {
    return (await this.lanes())[lane]!;
  }

  async online(): Promise<readonly number[]> {
    return (await this.lanes()).filter(({ online }) => online).map(({ lane }) => lane);
  }

  /** Throws AGENT_OFFLINE when none of the lanes has an agent that has been heard of. */
  async requireOnline(lanes: readonly number[]): Promise<void> {
    const online = await this.online();
    if (!lanes.some((lane) => online.includes(lane))) throw this.offline(lanes);
  }

  /** That the agents of these lanes are offline. */
  offline(lanes: readonly number[]): LonghaulError {
    const names = lanes.map((lane) => this.wanted[lane]).join(', ');
    const [be, agent] = lanes.length === 1 ? ['is', 'agent'] : ['are', 'agents'];
    return new LonghaulError('AGENT_OFFLINE', `The DataSync ${agent} ${names} ${be} offline`, {
      lanes: lanes.flatMap((lane) => this.names[lane] ?? []),
    });
  }

  private async look(): Promise<readonly LaneAgent[]> {
    const agents = await this.api.agents();
    return this.wanted.map((called, lane) => {
      const found = agents.find(({ arn, name }) => arn === called || name === called);
      if (found !== undefined) return { ...found, lane, called };
      throw new LonghaulError(
        'AWS_REFUSED',
        `There is no DataSync agent "${called}" in this region`,
        {
          hint: 'Activate it, or mend source.agents; longhaul provision shows what is there.',
        },
      );
    });
  }
}
