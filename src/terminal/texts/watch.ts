/** Events of a migration as lines of text, derived from two successive snapshots. */
import type { Snapshot } from '../../client/snapshot.ts';
import type { MigrationProgress, RoundReport } from '../../protocol/reports.ts';
import { formatBytes, formatDuration, plural, groupDigits } from '../../units.ts';
import { toSecond } from './moments.ts';
import { blockedText, isOver } from './status.ts';

/**
 * Returns a line for each event between the snapshots, in order. A line begins with the time of the event
 * where the migration recorded it, else with that of `now`. Without `before`, the current state is described.
 */
export function eventsBetween(before: Snapshot | undefined, now: Snapshot): string[] {
  const at = (line: string, time = now.at): string => `${toSecond(time)}  ${line}`;
  if (now.progress === undefined) {
    const because = now.unanswered?.because ?? 'no worker answers';
    return before === undefined || before.progress !== undefined ? [at(because)] : [];
  }
  const was = before?.progress;
  const { progress } = now;
  return [
    ...closedRounds(was, progress).map((report) => at(roundText(report), report.endedAt)),
    ...(was?.phase === progress.phase ? [] : [at(progress.phase)]),
    ...conditionEvents(was, progress).map((line) => at(line)),
    ...startedRound(was, progress).map((line) => at(line)),
    ...blockedEvents(was, progress).map((line) => at(line)),
    ...cutoverEvents(was, progress).map((line) => at(line)),
  ];
}

function cutoverEvents(was: MigrationProgress | undefined, now: MigrationProgress): string[] {
  if (isOver(now) || gateOf(was) === gateOf(now)) return [];
  return [`cutover ${now.cutover.ready ? 'ready' : 'held'}: ${now.cutover.because}`];
}

/** Returns the gate that holds the cutover, without the figures, which change in every snapshot. */
function gateOf(progress: MigrationProgress | undefined): string | undefined {
  return progress?.cutover.because.split(';')[0];
}

function conditionEvents(was: MigrationProgress | undefined, now: MigrationProgress): string[] {
  // Blocked chunks have lines of their own.
  const [earlier, later] = [was?.conditions ?? [], now.conditions].map((conditions) =>
    conditions.filter(({ name }) => name !== 'blocked'),
  );
  const before = new Set(earlier?.map(({ name }) => name));
  const after = new Set(later?.map(({ name }) => name));
  return [
    ...(later ?? [])
      .filter(({ name }) => !before.has(name))
      .map(({ name, because }) => `${name}: ${because}`),
    ...[...before].filter((name) => !after.has(name)).map((name) => `no longer ${name}`),
  ];
}

function closedRounds(was: MigrationProgress | undefined, now: MigrationProgress): RoundReport[] {
  const seen = new Set((was?.rounds ?? []).map(({ round }) => round.number));
  return now.rounds.filter(({ round }) => !seen.has(round.number));
}

function startedRound(was: MigrationProgress | undefined, { round }: MigrationProgress): string[] {
  if (round === undefined || round.number === was?.round?.number) return [];
  return [`round ${round.number} (${round.kind}) of ${plural(round.chunks, 'chunk')} began`];
}

/** Formats `round 2 (catch-up) closed after 3m 2s: 40 of 40 chunks clean, 120 entries (3.1 MiB) changed`. */
export function roundText(report: RoundReport): string {
  const { round, chunks, clean, totals, startedAt, endedAt } = report;
  const elapsed = formatDuration(Date.parse(endedAt) - Date.parse(startedAt));
  const changed =
    `${plural(totals['changedEntries'] ?? 0, 'entry', 'entries')} ` +
    `(${formatBytes(totals['changedBytes'] ?? 0)}) changed`;
  return `round ${round.number} (${round.kind}) closed after ${elapsed}: ${groupDigits(clean)} of ${plural(chunks, 'chunk')} clean, ${changed}`;
}

function blockedEvents(was: MigrationProgress | undefined, now: MigrationProgress): string[] {
  const before = new Set((was?.blocked ?? []).map(({ chunk }) => chunk));
  const after = new Set(now.blocked.map(({ chunk }) => chunk));
  return [
    ...now.blocked
      .filter(({ chunk }) => !before.has(chunk))
      .map((chunk) => `blocked: ${blockedText(chunk)}`),
    ...[...before]
      .filter((chunk) => !after.has(chunk))
      .map((chunk) => `no longer blocked: ${chunk}`),
  ];
}
