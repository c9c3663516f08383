/** What happened between two looks, a line each. Pure. */
import type { Snapshot } from '../../client/snapshot.ts';
import type { MigrationProgress, RoundReport } from '../../workflows/api.ts';
import { formatBytes, formatDuration } from '../../units.ts';
import { blockedText } from './status-text.ts';
import { count, plural } from './table.ts';

/** Lines that begin with the time of the second look. The first look tells where things stand. */
export function newsSince(before: Snapshot | undefined, now: Snapshot): string[] {
  const news: string[] = [];
  if (now.progress === undefined) {
    const because = now.unanswered?.because ?? 'no worker answers';
    if (before === undefined || before.progress !== undefined) news.push(because);
  } else {
    const was = before?.progress;
    if (was?.phase !== now.progress.phase) news.push(now.progress.phase);
    news.push(...conditionNews(was, now.progress));
    news.push(...roundNews(was, now.progress));
    news.push(...blockedNews(was, now.progress));
    if (gateOf(was) !== gateOf(now.progress)) {
      news.push(
        `cutover ${now.progress.cutover.ready ? 'ready' : 'held'}: ${now.progress.cutover.because}`,
      );
    }
  }
  return news.map((line) => `${now.at.slice(0, 19)}Z  ${line}`);
}

/** The gate that holds the cutover, without the figures that change at every look. */
function gateOf(progress: MigrationProgress | undefined): string | undefined {
  return progress?.cutover.because.split(';')[0];
}

function conditionNews(was: MigrationProgress | undefined, now: MigrationProgress): string[] {
  // Blocked chunks are told one by one.
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

function roundNews(was: MigrationProgress | undefined, now: MigrationProgress): string[] {
  const seen = new Set((was?.rounds ?? []).map(({ round }) => round.number));
  const closed = now.rounds.filter(({ round }) => !seen.has(round.number)).map(roundText);
  const begun =
    now.round !== undefined && now.round.number !== was?.round?.number
      ? [
          `round ${now.round.number} (${now.round.kind}) of ${plural(now.round.chunks, 'chunk')} began`,
        ]
      : [];
  return [...closed, ...begun];
}

/** `round 2 (catch-up) closed after 3m 2s: 40 of 40 chunks clean, 120 entries (3.1 MiB) changed`. */
export function roundText(report: RoundReport): string {
  const { round, chunks, clean, totals, startedAt, endedAt } = report;
  const elapsed = formatDuration(Date.parse(endedAt) - Date.parse(startedAt));
  const changed =
    `${plural(totals['changedEntries'] ?? 0, 'entry', 'entries')} ` +
    `(${formatBytes(totals['changedBytes'] ?? 0)}) changed`;
  return `round ${round.number} (${round.kind}) closed after ${elapsed}: ${count(clean)} of ${plural(chunks, 'chunk')} clean, ${changed}`;
}

function blockedNews(was: MigrationProgress | undefined, now: MigrationProgress): string[] {
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
