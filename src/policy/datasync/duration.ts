/**
 * How long a round takes by DataSync: each lane runs one execution after the other, biggest chunk first,
 * and each execution launches, lists both sides, transfers at its share of the link, and verifies. Played
 * in steps from one change to the next, since shares change when an execution begins or ends.
 */
import { formatBytes, formatDuration, formatRate, groupDigits } from '../../units.ts';

export interface ExecutionRates {
  /** LAUNCHING: half a minute to five, observed. */
  readonly launchMs: number;
  /** Listed and compared, of both sides together. */
  readonly entriesPerSecond: number;
  readonly verifiedBytesPerSecond: number;
  /** Until a new task is AVAILABLE: once a task. */
  readonly createTaskMs: number;
}

/** Sources: user guide and what others have measured; the assessment of a pilot replaces them. */
export const USUAL_RATES: ExecutionRates = {
  launchMs: 165_000,
  entriesPerSecond: 1_000,
  verifiedBytesPerSecond: 100e6,
  createTaskMs: 200_000,
};

export interface RoundFacts {
  readonly chunks: readonly { readonly entries: number; readonly bytes: number }[];
  readonly agents: number;
  /** What the spec allows, shared by the executions that are live; undefined: the link alone limits. */
  readonly limitBytesPerSecond?: number;
  /** What the link carries, shared by those that transfer. */
  readonly linkBytesPerSecond: number;
  /** How often an execution is looked at: its end is seen half of this late. */
  readonly pollIntervalMs: number;
  readonly rates?: ExecutionRates;
}

export interface RoundDuration {
  readonly totalMs: number;
  /** Of the time of all lanes. */
  readonly parts: Readonly<
    Record<'launching' | 'preparing' | 'transferring' | 'verifying', number>
  >;
  readonly because: string;
}

interface Lane {
  /** Until it transfers. */
  beforeMs: number;
  bytes: number;
  /** Until the next execution may begin. */
  afterMs: number;
}

/** A first round: all is copied. */
export function predictRound(facts: RoundFacts): RoundDuration {
  const { chunks, agents, pollIntervalMs, rates = USUAL_RATES } = facts;
  const queue = [...chunks].sort((a, b) => b.bytes - a.bytes);
  const lanes: Lane[] = [];
  const parts = { launching: 0, preparing: 0, transferring: 0, verifying: 0 };
  const next = (firstMs: number): Lane[] => {
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
    for (const lane of lanes) parts.transferring += pass(lane, stepMs, rate);
    totalMs += stepMs;
    for (const over of lanes.filter(isOver)) lanes.splice(lanes.indexOf(over), 1, ...next(0));
  }
  return { totalMs, parts, because: becauseOf(facts, parts) };
}

/** Bytes a second of each lane that transfers. */
function rateOf(
  { limitBytesPerSecond = Infinity, linkBytesPerSecond }: RoundFacts,
  lanes: readonly Lane[],
): number {
  const moving = lanes.filter(({ beforeMs, bytes }) => beforeMs === 0 && bytes > 0).length;
  return Math.min(limitBytesPerSecond / lanes.length, linkBytesPerSecond / Math.max(1, moving));
}

function untilNextMs({ beforeMs, bytes, afterMs }: Lane, rate: number): number {
  if (beforeMs > 0) return beforeMs;
  return bytes > 0 ? (bytes / rate) * 1000 : afterMs;
}

/** Returns how long of it was transfer. */
function pass(lane: Lane, ms: number, rate: number): number {
  if (lane.beforeMs > 0) lane.beforeMs = settled(lane.beforeMs - ms);
  else if (lane.bytes > 0) {
    lane.bytes = settled(lane.bytes - (ms / 1000) * rate);
    return ms;
  } else lane.afterMs = settled(lane.afterMs - ms);
  return 0;
}

/** What is left of a subtraction of floats is nothing. */
const settled = (value: number): number => (value < 1e-6 ? 0 : value);

const isOver = ({ beforeMs, bytes, afterMs }: Lane): boolean =>
  beforeMs === 0 && bytes === 0 && afterMs === 0;

function becauseOf(
  { chunks, agents, linkBytesPerSecond, limitBytesPerSecond }: RoundFacts,
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
