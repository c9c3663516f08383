/**
 * Predicts the duration of a round with DataSync. Each lane runs one execution after the other, largest
 * chunk first; each execution launches, lists both sides, transfers at its share of the link, and
 * verifies. Simulated from event to event, because shares change when an execution begins or ends.
 */
import { formatBytes, formatDuration, formatRate, groupDigits } from '../../units.ts';

export interface ExecutionRates {
  /** Time in LAUNCHING; half a minute to five minutes were observed. */
  readonly launchMs: number;
  /** Rate of listing and comparing, both sides together. */
  readonly entriesPerSecond: number;
  readonly verifiedBytesPerSecond: number;
  /** Time until a new task is AVAILABLE, once per task. */
  readonly createTaskMs: number;
}

/** Sources: user guide and published measurements. A pilot gives better values. */
export const USUAL_RATES: ExecutionRates = {
  launchMs: 165_000,
  entriesPerSecond: 1_000,
  verifiedBytesPerSecond: 100e6,
  createTaskMs: 200_000,
};

export interface FirstRoundFacts {
  readonly chunks: readonly { readonly entries: number; readonly bytes: number }[];
  readonly agents: number;
  /** Limit of the spec, divided among the live executions; absent: only the link limits. */
  readonly limitBytesPerSecond?: number;
  /** Rate of the link, divided among the executions that transfer. */
  readonly linkBytesPerSecond: number;
  /** An end is detected half of this late on average. */
  readonly pollIntervalMs: number;
  readonly rates?: ExecutionRates;
}

export interface RoundDuration {
  readonly totalMs: number;
  /** Sums over all lanes, in milliseconds. */
  readonly parts: Readonly<
    Record<'launching' | 'preparing' | 'transferring' | 'verifying', number>
  >;
  readonly because: string;
}

/** The remaining work of the execution in a lane. */
interface LaneState {
  /** Time until it transfers. */
  beforeMs: number;
  bytes: number;
  /** Time from the transfer until the next execution may begin. */
  afterMs: number;
}

/** Assumes that everything is copied, as in a first round. */
export function predictRound(facts: FirstRoundFacts): RoundDuration {
  const { chunks, agents, pollIntervalMs, rates = USUAL_RATES } = facts;
  const queue = [...chunks].sort((a, b) => b.bytes - a.bytes);
  const lanes: LaneState[] = [];
  const parts = { launching: 0, preparing: 0, transferring: 0, verifying: 0 };
  const next = (firstMs: number): LaneState[] => {
    const chunk = queue.shift();
    if (chunk === undefined) return [];
    const prepareMs = (chunk.entries / rates.entriesPerSecond) * 1000;
    const verifyMs = (chunk.bytes / rates.verifiedBytesPerSecond) * 1000;
    parts.launching += rates.launchMs;
    parts.preparing += prepareMs;
    parts.verifying += verifyMs;
    return [
      {
        beforeMs: firstMs + rates.launchMs + prepareMs,
        bytes: chunk.bytes,
        afterMs: verifyMs + pollIntervalMs / 2,
      },
    ];
  };
  for (let lane = 0; lane < agents; lane++)
    lanes.push(...next(rates.createTaskMs * (lane === 0 ? 1 : 2)));
  let totalMs = 0;
  while (lanes.length > 0) {
    const rate = rateOf(facts, lanes);
    const stepMs = Math.min(...lanes.map((lane) => untilNextMs(lane, rate)));
    for (const lane of lanes) parts.transferring += advance(lane, stepMs, rate);
    totalMs += stepMs;
    for (const over of lanes.filter(isOver)) lanes.splice(lanes.indexOf(over), 1, ...next(0));
  }
  return { totalMs, parts, because: becauseOf(facts, parts) };
}

/** Bytes per second of each lane that transfers. */
function rateOf(
  { limitBytesPerSecond = Infinity, linkBytesPerSecond }: FirstRoundFacts,
  lanes: readonly LaneState[],
): number {
  const moving = lanes.filter(({ beforeMs, bytes }) => beforeMs === 0 && bytes > 0).length;
  return Math.min(limitBytesPerSecond / lanes.length, linkBytesPerSecond / Math.max(1, moving));
}

function untilNextMs({ beforeMs, bytes, afterMs }: LaneState, rate: number): number {
  if (beforeMs > 0) return beforeMs;
  return bytes > 0 ? (bytes / rate) * 1000 : afterMs;
}

/** Returns the time spent transferring. */
function advance(lane: LaneState, ms: number, rate: number): number {
  if (lane.beforeMs > 0) lane.beforeMs = clearRest(lane.beforeMs - ms);
  else if (lane.bytes > 0) {
    lane.bytes = clearRest(lane.bytes - (ms / 1000) * rate);
    return ms;
  } else lane.afterMs = clearRest(lane.afterMs - ms);
  return 0;
}

/** Replaces the rounding error of a subtraction by zero. */
const clearRest = (value: number): number => (value < 1e-6 ? 0 : value);

const isOver = ({ beforeMs, bytes, afterMs }: LaneState): boolean =>
  beforeMs === 0 && bytes === 0 && afterMs === 0;

function becauseOf(
  { chunks, agents, linkBytesPerSecond, limitBytesPerSecond }: FirstRoundFacts,
  parts: RoundDuration['parts'],
): string {
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
  const rate = Math.min(linkBytesPerSecond, limitBytesPerSecond ?? Infinity);
  const lanes = `${groupDigits(chunks.length)} executions on ${agents} ${agents === 1 ? 'agent' : 'agents'}`;
  const sum = Object.values(parts).reduce((all, ms) => all + ms, 0);
  const shares = Object.entries(parts)
    .sort(([, a], [, b]) => b - a)
    .map(([what, ms]) => `${what} ${sum === 0 ? 0 : Math.round((ms / sum) * 100)} %`);
  const each = formatDuration(chunks.length === 0 ? 0 : sum / chunks.length);
  return `${lanes}, ${formatBytes(bytes)} at ${formatRate(rate)}, ${each} each: ${shares.join(', ')}`;
}
