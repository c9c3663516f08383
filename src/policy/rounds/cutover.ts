/**
 * Decides whether the cutover may start. Gates about the data decide whether a migration is "ready to
 * cut over"; gates about the moment decide whether it starts now. A refusal names the closed gate.
 */
import { formatBytes, formatDuration, formatMoment, plural } from '../../units.ts';

export interface CutoverFacts {
  readonly now: number;
  /** The last round over all chunks; undefined before the first catch-up round. */
  readonly lastRound?: {
    readonly kind: string;
    readonly changedEntries: number;
    readonly changedBytes: number;
    readonly drifted: number;
    readonly unverified: number;
    /** Every chunk was blocked or still open, so the numbers are meaningless. */
    readonly overNoChunk?: boolean;
  };
  readonly blockedCount: number;
  /** Reason, set while the link is down. */
  readonly linkDown?: string;
  /** Reason, set while the migration is paused. */
  readonly paused?: string;
  readonly approvedBy?: string;
  readonly postponedUntilMs?: number;
  /** Who ran `start-cutover`, which ignores the window. */
  readonly startedBy?: string;
  /** Estimated duration of the final round and the hooks. */
  readonly predictedMs?: number;
}

export interface CutoverSettings {
  readonly convergedEntries: number;
  readonly convergedBytes: number;
  readonly approval: 'required' | 'automatic';
  readonly window?: { readonly startMs: number; readonly endMs: number };
}

export type GateName =
  | 'caught up'
  | 'drift'
  | 'blocked'
  | 'clean'
  | 'running'
  | 'postponed'
  | 'approval'
  | 'window'
  | 'fits';

export interface Gate {
  readonly name: GateName;
  readonly about: 'data' | 'moment';
  readonly open: boolean;
  readonly because: string;
}

export interface CutoverAnswer {
  readonly ready: boolean;
  /** The first closed gate. */
  readonly gate?: GateName;
  readonly because: string;
}

/** Value of `postponedUntilMs` that postpones the cutover until it is approved. */
export const UNTIL_APPROVED_MS = Number.MAX_SAFE_INTEGER;

/** Share of the remaining window that the final round may be planned for: forecasts are inexact. */
const USABLE_WINDOW_SHARE = 0.8;

/** Returns all gates in the order in which they are checked. */
export function cutoverGates(facts: CutoverFacts, settings: CutoverSettings): readonly Gate[] {
  return [
    caughtUpGate(facts),
    driftGate(facts, settings),
    blockedGate(facts),
    cleanGate(facts, settings),
    runningGate(facts),
    postponedGate(facts),
    approvalGate(facts, settings),
    windowGate(facts, settings),
    fitsGate(facts, settings),
  ];
}

/** Checks the gates about the data, which decide the phase "ready to cut over". */
export function readyData(facts: CutoverFacts, settings: CutoverSettings): CutoverAnswer {
  const gates = cutoverGates(facts, settings).filter((gate) => gate.about === 'data');
  return answer(gates, gates.find((gate) => gate.name === 'drift')?.because ?? '');
}

/** Checks all gates, which decide whether the freeze and the final round may start now. */
export function readyToCutOver(facts: CutoverFacts, settings: CutoverSettings): CutoverAnswer {
  const gates = cutoverGates(facts, settings);
  const reasons = gates
    .filter((gate) => gate.name === 'approval' || gate.name === 'window')
    .map((gate) => gate.because);
  return answer(gates, reasons.join('; '));
}

function answer(gates: readonly Gate[], because: string): CutoverAnswer {
  const closed = gates.find((gate) => !gate.open);
  if (closed === undefined) return { ready: true, because };
  return { ready: false, gate: closed.name, because: closed.because };
}

type GateState = readonly [open: boolean, because: string];
const data = (name: GateName, [open, because]: GateState): Gate => ({
  name,
  about: 'data',
  open,
  because,
});
const moment = (name: GateName, [open, because]: GateState): Gate => ({
  name,
  about: 'moment',
  open,
  because,
});

function caughtUpGate({ lastRound }: CutoverFacts): Gate {
  if (lastRound === undefined) return data('caught up', [false, 'no round is over yet']);
  return lastRound.kind === 'seed'
    ? data('caught up', [false, 'only the seed is over; how much changes is not known yet'])
    : data('caught up', [true, `the last round was a ${lastRound.kind} round`]);
}

function driftGate({ lastRound }: CutoverFacts, settings: CutoverSettings): Gate {
  if (lastRound === undefined) return data('drift', [false, 'the drift is not known yet']);
  const { changedEntries, changedBytes, overNoChunk } = lastRound;
  if (overNoChunk)
    return data('drift', [
      false,
      'every chunk was blocked or still open in the last round: how much changes is not known',
    ]);
  const { convergedEntries, convergedBytes } = settings;
  if (changedBytes > convergedBytes) {
    const because = `the last round had ${formatBytes(changedBytes)} to copy, limit ${formatBytes(convergedBytes)}`;
    return data('drift', [false, because]);
  }
  if (changedEntries > convergedEntries) {
    const because = `the last round had ${changedEntries} changed entries, limit ${convergedEntries}`;
    return data('drift', [false, because]);
  }
  return data('drift', [
    true,
    `the last round had ${formatBytes(changedBytes)} in ${changedEntries} changed entries`,
  ]);
}

function blockedGate({ blockedCount }: CutoverFacts): Gate {
  return blockedCount > 0
    ? data('blocked', [false, `${plural(blockedCount, 'chunk is', 'chunks are')} blocked`])
    : data('blocked', [true, 'no chunk is blocked']);
}

/** Closed if too many entries changed while they were copied, or if any copy was not verified. */
function cleanGate({ lastRound }: CutoverFacts, settings: CutoverSettings): Gate {
  const { drifted = 0, unverified = 0 } = lastRound ?? {};
  if (unverified > 0) {
    const because = `${plural(unverified, 'entry is', 'entries are')} copied but not verified`;
    return data('clean', [false, because]);
  }
  if (drifted > settings.convergedEntries) {
    const because = `${drifted} entries changed while they were copied, limit ${settings.convergedEntries}`;
    return data('clean', [false, because]);
  }
  return data('clean', [true, 'the last round is verified']);
}

function runningGate({ linkDown, paused }: CutoverFacts): Gate {
  if (paused !== undefined) return moment('running', [false, `paused: ${paused}`]);
  if (linkDown !== undefined) return moment('running', [false, `the link is down: ${linkDown}`]);
  return moment('running', [true, 'the link is up']);
}

function postponedGate({ now, postponedUntilMs }: CutoverFacts): Gate {
  if (postponedUntilMs === UNTIL_APPROVED_MS)
    return moment('postponed', [false, 'postponed until somebody approves']);
  return postponedUntilMs !== undefined && now < postponedUntilMs
    ? moment('postponed', [false, `postponed until ${formatMoment(postponedUntilMs)}`])
    : moment('postponed', [true, 'not postponed']);
}

function approvalGate({ approvedBy }: CutoverFacts, { approval }: CutoverSettings): Gate {
  if (approvedBy !== undefined) return moment('approval', [true, `approved by ${approvedBy}`]);
  return approval === 'automatic'
    ? moment('approval', [true, 'the spec asks for no approval'])
    : moment('approval', [false, 'waiting for approval']);
}

function windowGate({ now, startedBy }: CutoverFacts, { window }: CutoverSettings): Gate {
  if (startedBy !== undefined) return moment('window', [true, `started by ${startedBy}`]);
  if (window === undefined) return moment('window', [true, 'no window is set']);
  if (now < window.startMs)
    return moment('window', [false, `the window opens ${formatMoment(window.startMs)}`]);
  if (now >= window.endMs)
    return moment('window', [false, `the window closed ${formatMoment(window.endMs)}`]);
  return moment('window', [true, `inside the window until ${formatMoment(window.endMs)}`]);
}

function fitsGate(
  { now, startedBy, predictedMs }: CutoverFacts,
  { window }: CutoverSettings,
): Gate {
  if (startedBy !== undefined || window === undefined || predictedMs === undefined)
    return moment('fits', [true, 'nothing to fit into']);
  const restMs = Math.max(0, window.endMs - Math.max(now, window.startMs));
  const usableMs = restMs * USABLE_WINDOW_SHARE;
  const open = predictedMs <= usableMs;
  const because =
    `the final round is expected to take ${formatDuration(predictedMs)}, ` +
    `${open ? 'which fits' : 'too long for'} the ${formatDuration(usableMs)} that may be planned of the window's rest`;
  return moment('fits', [open, because]);
}
