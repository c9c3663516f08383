/** Constraints between fields of a spec. Paths are compared as text; check-trees.ts reads the disk. */
import { formatDuration } from '../units.ts';
import { DAYS, minuteOfDay } from '../policy/link/calendar.ts';
import { engineProblems } from './engine-problems.ts';
import type { Inconsistency } from './reading/problem.ts';
import type { MigrationSpec } from './schema.ts';

export function consistencyProblems(spec: MigrationSpec): readonly Inconsistency[] {
  return [
    ...engineProblems(spec),
    ...roundProblems(spec),
    ...windowProblems(spec),
    ...calendarProblems(spec),
    ...timingProblems(spec),
  ];
}

function roundProblems({ rounds }: MigrationSpec): Inconsistency[] {
  const { intervalStart, intervalFloor } = rounds;
  if (intervalFloor <= intervalStart) return [];
  const message = `expected at most intervalStart (${formatDuration(intervalStart)}), found ${formatDuration(intervalFloor)}`;
  return [{ keys: ['rounds', 'intervalFloor'], message }];
}

function windowProblems({ cutover, rounds }: MigrationSpec): Inconsistency[] {
  const { window } = cutover;
  if (window === undefined) return [];
  const problems: Inconsistency[] = [];
  if (Date.parse(window.end) <= Date.parse(window.start)) {
    const message = `expected a time after the start (${window.start}), found ${window.end}`;
    problems.push({ keys: ['cutover', 'window', 'end'], message });
  }
  if (rounds.first !== undefined && Date.parse(rounds.first) >= Date.parse(window.end)) {
    const message = `expected a time before the cutover window ends (${window.end}), found ${rounds.first}`;
    problems.push({ keys: ['rounds', 'first'], message });
  }
  return problems;
}

const DAY_MINUTES = 24 * 60;
type CalendarRow = MigrationSpec['link']['calendar'][number];

/** The first row that matches wins, so rows may overlap; a row that never wins is a mistake. */
function calendarProblems({ link }: MigrationSpec): Inconsistency[] {
  const taken = new Uint8Array(DAYS.length * DAY_MINUTES);
  const problems: Inconsistency[] = [];
  link.calendar.forEach((row, i) => {
    if (row.from === row.to) {
      const message = `expected another time than from (${row.from}), found ${row.to}`;
      problems.push({ keys: ['link', 'calendar', i, 'to'], message });
      return;
    }
    if (claim(row, taken) === 0) {
      const message =
        'never applies: earlier rows cover all its times, and the first that matches wins';
      problems.push({ keys: ['link', 'calendar', i], message });
    }
  });
  return problems;
}

/** Marks the row's minutes of the week as taken. Returns how many of them were free. */
function claim({ days, from, to }: CalendarRow, taken: Uint8Array): number {
  const start = minuteOfDay(from);
  const length = (minuteOfDay(to) - start + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES;
  let free = 0;
  for (const day of days ?? DAYS) {
    const first = DAYS.indexOf(day) * DAY_MINUTES + start;
    for (let minute = first; minute < first + length; minute++) {
      const at = minute % taken.length;
      if (taken[at] === 0) free++;
      taken[at] = 1;
    }
  }
  return free;
}

function timingProblems({ timing }: MigrationSpec): Inconsistency[] {
  if (timing.probeInterval <= timing.probeIntervalMax) return [];
  const message = `expected at least probeInterval (${formatDuration(timing.probeInterval)}), found ${formatDuration(timing.probeIntervalMax)}`;
  return [{ keys: ['timing', 'probeIntervalMax'], message }];
}
