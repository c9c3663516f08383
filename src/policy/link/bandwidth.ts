/**
 * The bandwidth that applies now: the operator's setting, else the calendar row that matches, else the
 * bandwidth of the spec. Live workers share it evenly.
 */
import { formatRate } from '../../units.ts';
import { rowAt, type CalendarRow } from './calendar.ts';

export interface LinkLimits {
  /** Bytes per second. */
  readonly bandwidth?: number | undefined;
  readonly calendar: readonly CalendarRow[];
  readonly timeZone: string;
}

export interface BandwidthAnswer {
  /** Share of this worker; undefined = no limit. */
  readonly bytesPerSecond: number | undefined;
  readonly because: string;
}

export interface BandwidthFacts {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Set by the operator: bytes per second, or 'none' for no limit at all. */
  readonly override?: number | 'none';
  /** This worker included. */
  readonly liveWorkers: number;
}

export function bandwidthNow(facts: BandwidthFacts, limits: LinkLimits): BandwidthAnswer {
  const whole = wholeLink(facts, limits);
  const workers = Math.max(1, Math.floor(facts.liveWorkers) || 1);
  if (whole.bytesPerSecond === undefined || workers === 1) return whole;
  const bytesPerSecond = whole.bytesPerSecond / workers;
  return { bytesPerSecond, because: `${whole.because}, shared by ${workers} workers` };
}

function wholeLink({ now, override }: BandwidthFacts, limits: LinkLimits): BandwidthAnswer {
  if (override === 'none') return { bytesPerSecond: undefined, because: 'no limit, as set' };
  if (override !== undefined) {
    return { bytesPerSecond: override, because: `${formatRate(override)}, as set` };
  }
  const row = rowAt(limits.calendar, limits.timeZone, now);
  if (row) {
    const because = `${formatRate(row.bandwidth)} from ${row.from} to ${row.to} ${limits.timeZone}`;
    return { bytesPerSecond: row.bandwidth, because };
  }
  const { bandwidth } = limits;
  return bandwidth === undefined
    ? { bytesPerSecond: undefined, because: 'no limit is given' }
    : { bytesPerSecond: bandwidth, because: `${formatRate(bandwidth)}, as the spec says` };
}
