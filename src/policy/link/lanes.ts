/**
 * The breakers of a link: one for all of it, and one for each of its lanes where an engine has several
 * that can be away by themselves. A step waits for the link, and for any one of the lanes that will do
 * for it. The state is plain JSON; without `lanes` it is that of a link that is one.
 */
import { formatDuration } from '../../units.ts';
import {
  breakerStep,
  CLOSED,
  type BreakerEvent,
  type BreakerSettings,
  type BreakerState,
  type BreakerStep,
} from './breaker.ts';

export type LinkState = BreakerState & { readonly lanes?: Readonly<Record<string, BreakerState>> };

/** A lane by its name; undefined: the link as a whole. */
export type LaneName = string | undefined;

export function breakerOf(link: LinkState | undefined, lane: LaneName): BreakerState {
  if (lane !== undefined) return link?.lanes?.[lane] ?? CLOSED;
  const whole: LinkState = link ?? CLOSED;
  const { lanes, ...own } = whole;
  return lanes === undefined ? whole : own;
}

/** One event of the link or of a lane; the other breakers stay as they are. */
export function linkStep(
  link: LinkState | undefined,
  lane: LaneName,
  event: BreakerEvent,
  settings: BreakerSettings,
): BreakerStep & { readonly link: LinkState } {
  const step = breakerStep(breakerOf(link, lane), event, settings, lane);
  const lanes = lane === undefined ? link?.lanes : { ...link?.lanes, [lane]: step.state };
  const own = lane === undefined ? step.state : breakerOf(link, undefined);
  return { ...step, link: lanes === undefined ? own : { ...own, lanes } };
}

export interface Way extends Pick<BreakerStep, 'action' | 'waitMs' | 'because'> {
  /** Whose breaker says so. */
  readonly lane: LaneName;
  /** Of the outage that lasts: how many have failed. */
  readonly probes: number;
}

/** What a step does that goes over the link and over any of `lanes`; none: over the link alone. */
export function wayThrough(
  link: LinkState | undefined,
  lanes: readonly string[],
  nowMs: number,
  settings: BreakerSettings,
): Way {
  const ask = (lane: LaneName): Way => {
    const step = linkStep(link, lane, { type: 'asked', nowMs }, settings);
    const probes = step.state.name === 'closed' ? 0 : step.state.probes;
    return { action: step.action, waitMs: step.waitMs, because: step.because, lane, probes };
  };
  const whole = ask(undefined);
  if (whole.action !== 'go' || lanes.length === 0) return whole;
  const ways = lanes.map(ask);
  const open = ways.find(({ action }) => action === 'go');
  if (open !== undefined) return open;
  const [next] = [...ways].sort((a, b) => a.waitMs - b.waitMs);
  return { ...next!, because: ways.map(({ because }) => because).join('; ') };
}

/** A lane as people see it. */
export interface LaneReport {
  readonly lane: string;
  readonly state: 'open' | 'closed';
  /** Chunks wait for it: they are bound to it, or no other lane is left. */
  readonly waits: boolean;
  /** ISO 8601; while it is open. */
  readonly since?: string;
  /** Of its outages that are over, in milliseconds. */
  readonly outageMs: number;
}

export interface LaneFacts {
  readonly names: readonly string[];
  /** Each chunk has one lane that will do; else any will. */
  readonly bound: boolean;
}

export function laneReports(
  link: LinkState | undefined,
  { names, bound }: LaneFacts,
): readonly LaneReport[] {
  const states = names.map((lane) => ({ lane, state: breakerOf(link, lane) }));
  const noneLeft = states.every(({ state }) => state.name !== 'closed');
  return states.map(({ lane, state }) => {
    if (state.name === 'closed')
      return { lane, state: 'closed', waits: false, outageMs: state.outageMs };
    const since = new Date(state.sinceMs).toISOString();
    return { lane, state: 'open', waits: bound || noneLeft, since, outageMs: state.outageMs };
  });
}

/** `agent 2 (site-b): offline for 12m`, of each lane that ever was away. */
export function laneOutages(
  lanes: readonly LaneReport[] | undefined,
  nowMs: number,
): readonly string[] {
  return (lanes ?? [])
    .map(({ lane, since, outageMs }) => {
      const lasts = since === undefined ? 0 : Math.max(0, nowMs - Date.parse(since));
      return { lane, ms: outageMs + lasts };
    })
    .filter(({ ms }) => ms > 0)
    .map(({ lane, ms }) => `${lane}: offline for ${formatDuration(ms)}`);
}
