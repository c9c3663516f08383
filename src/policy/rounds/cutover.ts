/**
 * Whether the cutover may begin. Two kinds of gates: those about the data say whether a migration is
 * "ready to cut over"; those about the moment say whether it goes now. Every "no" names the gate
 * that holds it.
 */
import { formatBytes, formatDuration, formatMoment, plural } from '../../units.ts';

export interface CutoverFacts {
  readonly now: number;
  /** The last round that went over all chunks; undefined before the first catch-up round. */
  readonly lastRound?: {
    readonly kind: string;
    readonly changedEntries: number;
    readonly changedBytes: number;
    readonly drifted: number;
    readonly unverified: number;
    /** Every chunk was blocked or still open: the numbers say nothing. */
    readonly overNoChunk?: boolean;
  };
  readonly blockedCount: number;
  /** Set while the link is down or the migration is paused: why. */
  readonly linkDown?: string;
  readonly paused?: string;
  readonly approvedBy?: string;
  readonly postponedUntilMs?: number;
  /** The operator said `start-cutover`: the window does not count. */
  readonly startedBy?: string;
  /** What the final round and the hooks will take. */
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
  /** The gate that holds it. */
  readonly gate?: GateName;
  readonly because: string;
}

/** As `postponedUntilMs`: until somebody approves, which lifts it. */
export const UNTIL_APPROVED_MS = Number.MAX_SAFE_INTEGER;

/** The final round gets this share of the window's rest: a forecast is never exact. */
const SHARE_OF_WINDOW = 0.8;

/** All gates, in the order in which they hold. */
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

/** Whether the data are where a cutover could begin: the phase "ready to cut over". */
export function readyData(facts: CutoverFacts, settings: CutoverSettings): CutoverAnswer {
  const gates = cutoverGates(facts, settings).filter((gate) => gate.about === 'data');
  return answer(gates, gates.find((gate) => gate.name === 'drift')?.because ?? '');
}

/** Whether the final, write-stopping round may begin now. */
export function readyToCutOver(facts: CutoverFacts, settings: CutoverSettings): CutoverAnswer {
  const gates = cutoverGates(facts, settings);
  const said = gates
    .filter((gate) => gate.name === 'approval' || gate.name === 'window')
    .map((gate) => gate.because);
  return answer(gates, said.join('; '));
}

function answer(gates: readonly Gate[], because: string): CutoverAnswer {
  const held = gates.find((gate) => !gate.open);
  if (held === undefined) return { ready: true, because };
  return { ready: false, gate: held.name, because: held.because };
}

type Decide = readonly [open: boolean, because: string];
const data = (name: GateName, [open, because]: Decide): Gate => ({
  name,
  about: 'data',
  open,
  because,
});
const moment = (name: GateName, [open, because]: Decide): Gate => ({
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

/** Entries that changed while they were copied come again; what was never read back proves nothing. */
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
  const usableMs = restMs * SHARE_OF_WINDOW;
  const open = predictedMs <= usableMs;
  const because =
    `the final round is expected to take ${formatDuration(predictedMs)}, ` +
    `${open ? 'which fits' : 'too long for'} the ${formatDuration(usableMs)} that may be planned of the window's rest`;
  return moment('fits', [open, because]);
}
