/**
 * The circuit breaker of a link, as a pure state machine: events in, state and action out. Several
 * transient failures in a row, or one failed probe, open it. While it is open all steps of the link
 * wait, and one probe at a time, with back-off, decides when they continue. The state is plain JSON, so
 * it survives the process. An outage counts from the first failure of the row, not from the opening.
 */
import { formatDuration, formatMoment } from '../../units.ts';

export interface BreakerSettings {
  /** Transient failures in a row, over all chunks of the link, that open the breaker. */
  readonly failuresToOpen: number;
  readonly probeIntervalMs: number;
  readonly probeIntervalMaxMs: number;
}

export const DEFAULT_FAILURES_TO_OPEN = 3;

interface Common {
  /** Total time of the outages that are over. */
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

/** `nowMs` is wall-clock time, because processes share the state. */
export type BreakerEvent =
  | { readonly type: 'asked'; readonly nowMs: number }
  | { readonly type: 'succeeded'; readonly nowMs: number }
  | { readonly type: 'failed'; readonly nowMs: number; readonly because: string }
  | { readonly type: 'probe started'; readonly nowMs: number }
  | { readonly type: 'probe succeeded'; readonly nowMs: number }
  | { readonly type: 'probe failed'; readonly nowMs: number; readonly because: string };

export interface BreakerStep {
  readonly state: BreakerState;
  /** Instruction for a step of the link: continue; wait; or probe now if it gets the lock. */
  readonly action: 'go' | 'wait' | 'probe';
  /** Delay before the step asks again; 0 unless it waits. */
  readonly waitMs: number;
  /** Set if this event opened or closed the breaker. */
  readonly changed?: 'opened' | 'closed';
  readonly because: string;
}

/** Applies an event to a breaker. `lane` is set if it is the breaker of one lane. */
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

/** Total outage time, including an outage that is not over. */
export function outageMs(state: BreakerState, nowMs: number): number {
  return state.name === 'closed'
    ? state.outageMs
    : state.outageMs + Math.max(0, nowMs - state.sinceMs);
}

/** Delay before the next probe: doubled with each failed probe, up to the maximum. */
export function backOffMs(probes: number, settings: BreakerSettings): number {
  const { probeIntervalMs, probeIntervalMaxMs } = settings;
  return Math.min(probeIntervalMaxMs, probeIntervalMs * 2 ** Math.min(probes, 30));
}

function apply(state: BreakerState, event: BreakerEvent, settings: BreakerSettings): BreakerState {
  switch (event.type) {
    case 'asked':
      return state;
    case 'succeeded':
      // A step that finishes while the breaker is open does not prove that the link is back; a probe does.
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
  // 'probing' is due again as well: a killed prober must not park the link for ever. The caller's
  // lock allows one prober at a time.
  if (nowMs >= state.nextProbeAtMs)
    return { action: 'probe', waitMs: 0, because: `${down}; probing` };
  const waitMs = state.nextProbeAtMs - nowMs;
  return {
    action: 'wait',
    waitMs,
    because: `${down}; next probe ${formatMoment(state.nextProbeAtMs)}`,
  };
}
