/**
 * The breakers of a link: one for the link as a whole and one for each lane, if the engine has lanes
 * that can be offline independently. A step needs the link and any one of the lanes it can use. The
 * state is plain JSON; a link without lanes has no `lanes` in it.
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

/** Name of a lane; undefined stands for the link as a whole. */
export type LaneName = string | undefined;

export function breakerOf(link: LinkState | undefined, lane: LaneName): BreakerState {
  if (lane !== undefined) return link?.lanes?.[lane] ?? CLOSED;
  const whole: LinkState = link ?? CLOSED;
  const { lanes, ...own } = whole;
  return lanes === undefined ? whole : own;
}

/** Applies an event to the breaker of the link or of one lane; the other breakers do not change. */
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

export interface LinkDecision extends Pick<BreakerStep, 'action' | 'waitMs' | 'because'> {
  /** The lane whose breaker decided. */
  readonly lane: LaneName;
  /** Number of failed probes in the current outage. */
  readonly probes: number;
}

/** Decides whether a step that can use any of `lanes` continues, waits or probes. Empty: link only. */
export function decideLink(
  link: LinkState | undefined,
  lanes: readonly string[],
  nowMs: number,
  settings: BreakerSettings,
): LinkDecision {
  const decide = (lane: LaneName): LinkDecision => {
    const step = linkStep(link, lane, { type: 'asked', nowMs }, settings);
    const probes = step.state.name === 'closed' ? 0 : step.state.probes;
    return { action: step.action, waitMs: step.waitMs, because: step.because, lane, probes };
  };
  const whole = decide(undefined);
  if (whole.action !== 'go' || lanes.length === 0) return whole;
  const decisions = lanes.map(decide);
  const usable = decisions.find(({ action }) => action === 'go');
  if (usable !== undefined) return usable;
  const [earliest] = [...decisions].sort((a, b) => a.waitMs - b.waitMs);
  return { ...earliest!, because: decisions.map(({ because }) => because).join('; ') };
}

/** State of a lane for reports. */
export interface LaneReport {
  readonly lane: string;
  readonly state: 'open' | 'closed';
  /** True if chunks wait for it, because they are bound to it or no lane is online. */
  readonly waits: boolean;
  /** Start of the current outage, ISO 8601; set while the breaker is open. */
  readonly since?: string;
  /** Total time of its outages that are over, in milliseconds. */
  readonly outageMs: number;
}

export interface LaneFacts {
  readonly names: readonly string[];
  /** True if each chunk can use one lane only; false if it can use any. */
  readonly bound: boolean;
}

export function laneReports(
  link: LinkState | undefined,
  { names, bound }: LaneFacts,
): readonly LaneReport[] {
  const states = names.map((lane) => ({ lane, state: breakerOf(link, lane) }));
  const allOffline = states.every(({ state }) => state.name !== 'closed');
  return states.map(({ lane, state }) => {
    if (state.name === 'closed')
      return { lane, state: 'closed', waits: false, outageMs: state.outageMs };
    const since = new Date(state.sinceMs).toISOString();
    return { lane, state: 'open', waits: bound || allOffline, since, outageMs: state.outageMs };
  });
}

/** Lists `agent 2 (site-b): offline for 12m` for each lane that has ever been offline. */
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
