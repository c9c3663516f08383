/**
 * How fast the bytes may go now: what an operator set, else the first row of the calendar that matches
 * the local time, else the bandwidth of the spec; shared evenly by the workers that are alive.
 */
import { formatRate } from '../../units.ts';

export type Day = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

export interface CalendarRow {
  /** Every day when absent. */
  readonly days?: readonly Day[] | undefined;
  /** '22:00' to '06:00' goes over midnight and belongs to the day it begins on. */
  readonly from: string;
  readonly to: string;
  /** Bytes a second. */
  readonly bandwidth: number;
}

export interface LinkLimits {
  readonly bandwidth?: number | undefined;
  readonly calendar: readonly CalendarRow[];
  readonly timeZone: string;
}

export interface BandwidthAnswer {
  /** For this worker; undefined = no limit. */
  readonly bytesPerSecond: number | undefined;
  readonly because: string;
}

export interface BandwidthFacts {
  readonly now: number;
  /** setBandwidth: bytes a second, or 'none' for no limit whatever the spec says. */
  readonly override?: number | 'none';
  /** At least this worker itself. */
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
  const time = limits.calendar.length === 0 ? undefined : localTime(now, limits.timeZone);
  const row = time && limits.calendar.find((candidate) => matches(candidate, time));
  if (row) {
    const because = `${formatRate(row.bandwidth)} from ${row.from} to ${row.to} ${limits.timeZone}`;
    return { bytesPerSecond: row.bandwidth, because };
  }
  const { bandwidth } = limits;
  return bandwidth === undefined
    ? { bytesPerSecond: undefined, because: 'no limit is given' }
    : { bytesPerSecond: bandwidth, because: `${formatRate(bandwidth)}, as the spec says` };
}

interface LocalTime {
  readonly day: Day;
  readonly minute: number;
}

const DAYS: readonly Day[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const formats = new Map<string, Intl.DateTimeFormat>();

function localTime(now: number, timeZone: string): LocalTime {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formats.set(timeZone, format);
  }
  const parts = Object.fromEntries(
    format.formatToParts(now).map(({ type, value }) => [type, value]),
  );
  const day = (parts['weekday'] ?? 'Mon').toLowerCase() as Day;
  return { day, minute: Number(parts['hour']) * 60 + Number(parts['minute']) };
}

function matches({ days, from, to }: CalendarRow, { day, minute }: LocalTime): boolean {
  const start = minuteOf(from);
  const end = minuteOf(to);
  const on = (candidate: Day) => days === undefined || days.includes(candidate);
  if (start < end) return on(day) && minute >= start && minute < end;
  return (on(day) && minute >= start) || (on(dayBefore(day)) && minute < end);
}

function dayBefore(day: Day): Day {
  return DAYS[(DAYS.indexOf(day) + 6) % 7] ?? 'mon';
}

function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
}
