/**
 * The circuit breaker of a link, as a pure machine: events in, state and action out. Several transient
 * failures in a row, or one failed probe, open it: all steps of the link wait, and one probe at a time,
 * with back-off, decides when they go on. The state is plain JSON, so it survives the process.
 * Time is counted as outage from the first failure of the row, not from the moment of opening.
 */
import { formatDuration } from '../../units.ts';
import { formatMoment } from '../rounds/cadence.ts';

export interface BreakerSettings {
  /** Transient failures in a row, over all chunks of the link. */
  readonly failuresToOpen: number;
  readonly probeIntervalMs: number;
  readonly probeIntervalMaxMs: number;
}

export const DEFAULT_FAILURES_TO_OPEN = 3;

interface Common {
  /** Of outages that are over. */
  readonly outageMs: number;
}
export interface ClosedBreaker extends Common {
  readonly name: 'closed';
  readonly failures: number;
  readonly firstFailureAtMs?: number;
  readonly because?: string;
}
export interface OpenBreaker extends Common {
  readonly name: 'open' | 'probing';
  readonly sinceMs: number;
  readonly because: string;
  readonly probes: number;
  readonly nextProbeAtMs: number;
}
export type BreakerState = ClosedBreaker | OpenBreaker;

export const CLOSED: ClosedBreaker = { name: 'closed', failures: 0, outageMs: 0 };

/** `nowMs` is the wall clock: the state is shared by processes. */
export type BreakerEvent =
  | { readonly type: 'asked'; readonly nowMs: number }
  | { readonly type: 'succeeded'; readonly nowMs: number }
  | { readonly type: 'failed'; readonly nowMs: number; readonly because: string }
  | { readonly type: 'probe started'; readonly nowMs: number }
  | { readonly type: 'probe succeeded'; readonly nowMs: number }
  | { readonly type: 'probe failed'; readonly nowMs: number; readonly because: string };

export interface BreakerStep {
  readonly state: BreakerState;
  /** What a step of the link does: go on; wait; or, whoever gets the lock, probe now. */
  readonly action: 'go' | 'wait' | 'probe';
  /** How long to wait before asking again; 0 when there is nothing to wait for. */
  readonly waitMs: number;
  /** Set when the link's condition changed with this event, for the message to the migration. */
  readonly changed?: 'opened' | 'closed';
  readonly because: string;
}

/** `lane`: its name, when it is the breaker of one lane. */
export function breakerStep(
  state: BreakerState,
  event: BreakerEvent,
  settings: BreakerSettings,
  lane?: string,
): BreakerStep {
  const next = apply(state, event, settings);
  const changed =
    (state.name === 'closed') === (next.name === 'closed')
      ? {}
      : { changed: next.name === 'closed' ? ('closed' as const) : ('opened' as const) };
  return { state: next, ...advise(next, event.nowMs, lane), ...changed };
}

/** Outage time so far, the one that lasts included. */
export function outageMs(state: BreakerState, nowMs: number): number {
  return state.name === 'closed'
    ? state.outageMs
    : state.outageMs + Math.max(0, nowMs - state.sinceMs);
}

/** Between probes: doubled each time, up to the cap. */
export function backOffMs(probes: number, settings: BreakerSettings): number {
  const { probeIntervalMs, probeIntervalMaxMs } = settings;
  return Math.min(probeIntervalMaxMs, probeIntervalMs * 2 ** Math.min(probes, 30));
}

function apply(state: BreakerState, event: BreakerEvent, settings: BreakerSettings): BreakerState {
  switch (event.type) {
    case 'asked':
      return state;
    case 'succeeded':
      // A step that finishes while the breaker is open says nothing about those that wait: the probe does.
      return state.name === 'closed' ? { ...CLOSED, outageMs: state.outageMs } : state;
    case 'failed':
      return state.name === 'closed' ? countFailure(state, event, settings) : state;
    case 'probe started':
      return state.name === 'closed' ? state : { ...state, name: 'probing' };
    case 'probe succeeded':
      return { ...CLOSED, outageMs: outageMs(state, event.nowMs) };
    case 'probe failed':
      return state.name === 'closed'
        ? open(state, event, settings)
        : { ...state, ...nextProbe(state.probes + 1, event.nowMs, settings), name: 'open' };
  }
}

type Failed = Extract<BreakerEvent, { because: string }>;

function countFailure(
  state: ClosedBreaker,
  event: Failed,
  settings: BreakerSettings,
): BreakerState {
  const failures = state.failures + 1;
  if (failures >= settings.failuresToOpen) return open(state, event, settings);
  const firstFailureAtMs = state.firstFailureAtMs ?? event.nowMs;
  return { ...state, failures, firstFailureAtMs, because: event.because };
}

function open(state: ClosedBreaker, event: Failed, settings: BreakerSettings): OpenBreaker {
  return {
    name: 'open',
    outageMs: state.outageMs,
    sinceMs: Math.min(state.firstFailureAtMs ?? event.nowMs, event.nowMs),
    because: event.because,
    ...nextProbe(0, event.nowMs, settings),
  };
}

function nextProbe(
  probes: number,
  nowMs: number,
  settings: BreakerSettings,
): Pick<OpenBreaker, 'probes' | 'nextProbeAtMs'> {
  return { probes, nextProbeAtMs: nowMs + backOffMs(probes, settings) };
}

function advise(
  state: BreakerState,
  nowMs: number,
  lane: string | undefined,
): Pick<BreakerStep, 'action' | 'waitMs' | 'because'> {
  if (state.name === 'closed') {
    const because =
      state.failures === 0
        ? `${lane ?? 'the link'} is up`
        : `${state.failures} failed in a row, last: ${state.because ?? 'not known'}`;
    return { action: 'go', waitMs: 0, because };
  }
  const lasted = formatDuration(Math.max(0, nowMs - state.sinceMs));
  const down =
    lane === undefined
      ? `the link is down for ${lasted}: ${state.because}`
      : `${lane}: offline for ${lasted}`;
  // 'probing' is taken as due, too: a prober that was killed must not park the link for ever. The
  // lock that the caller holds keeps it to one prober at a time.
  if (nowMs >= state.nextProbeAtMs)
    return { action: 'probe', waitMs: 0, because: `${down}; probing` };
  const waitMs = state.nextProbeAtMs - nowMs;
  return {
    action: 'wait',
    waitMs,
    because: `${down}; next probe ${formatMoment(state.nextProbeAtMs)}`,
  };
}
