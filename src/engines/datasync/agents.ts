/** The agents of the spec, as they were last seen: one call serves all lanes. */
import { LonghaulError } from '../../errors.ts';
import type { AgentSeen, DataSyncApi } from './api.ts';
import type { Time } from './time.ts';

export interface LaneAgent extends AgentSeen {
  readonly lane: number;
  /** As the spec names it. */
  readonly called: string;
}

export class AgentBoard {
  private readonly api: DataSyncApi;
  private readonly wanted: readonly string[];
  private readonly time: Time;
  private readonly freshMs: number;
  private seen:
    { readonly atMs: number; readonly agents: Promise<readonly LaneAgent[]> } | undefined;

  constructor(api: DataSyncApi, wanted: readonly string[], time: Time, freshMs: number) {
    this.api = api;
    this.wanted = wanted;
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

  /** Throws AGENT_OFFLINE when the agent of the lane, or of all of them, has not been heard of. */
  async requireOnline(lane?: number): Promise<void> {
    const agents = lane === undefined ? await this.lanes() : [await this.lane(lane)];
    if (agents.some(({ online }) => online)) return;
    const names = agents.map(({ called }) => called).join(', ');
    throw new LonghaulError('AGENT_OFFLINE', `The DataSync agent ${names} is offline`);
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
