/** The bandwidth calendar of a spec: rows of local time. The first row that matches applies. */

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Day = (typeof DAYS)[number];

export interface CalendarRow {
  /** Every day when absent. */
  readonly days?: readonly Day[] | undefined;
  /** 'HH:MM'. A row from '22:00' to '06:00' crosses midnight and belongs to the day it begins on. */
  readonly from: string;
  readonly to: string;
  /** Bytes per second. */
  readonly bandwidth: number;
}

/** Returns the row that applies at `now` (milliseconds since 1970); undefined if none does. */
export function rowAt(
  calendar: readonly CalendarRow[],
  timeZone: string,
  now: number,
): CalendarRow | undefined {
  if (calendar.length === 0) return undefined;
  const time = localTime(now, timeZone);
  return calendar.find((row) => matches(row, time));
}

/** Converts '18:30' to 1110. */
export function minuteOfDay(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
}

interface LocalTime {
  readonly day: Day;
  readonly minute: number;
}

/** Creating a format takes far longer than using it. */
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
  const start = minuteOfDay(from);
  const end = minuteOfDay(to);
  const appliesOn = (candidate: Day): boolean => days === undefined || days.includes(candidate);
  if (start < end) return appliesOn(day) && minute >= start && minute < end;
  return (appliesOn(day) && minute >= start) || (appliesOn(dayBefore(day)) && minute < end);
}

function dayBefore(day: Day): Day {
  return DAYS[(DAYS.indexOf(day) + 6) % 7] ?? 'mon';
}
