/** A snapshot of a migration as the text that `longhaul status` prints. */
import { laneOutages } from '../../policy/link/lanes.ts';
import type { RunningChunk, Snapshot } from '../../client/snapshot.ts';
import { formatBytes, formatDuration, formatRate, plural, groupDigits } from '../../units.ts';
import type { BlockedChunk, MigrationProgress } from '../../protocol/reports.ts';
import { NO_PAINT, type Paint } from '../paint.ts';
import { table } from '../columns.ts';

export interface StatusTextOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly paint?: Paint;
}

const LABEL_WIDTH = 12;
const MAX_LISTED = 10;

export function statusText(
  snapshot: Snapshot,
  { now, paint = NO_PAINT }: StatusTextOptions,
): string {
  const { migration, progress, unanswered } = snapshot;
  if (progress === undefined) {
    const phase = unanswered?.phase ?? 'phase not known';
    const because = unanswered?.because ?? 'no worker answers';
    return `${paint.bold(migration)}: ${phase} (${paint.warn(because)})`;
  }
  const lines = [
    `${paint.bold(migration)}: ${paint.bold(progress.phase)}`,
    ...conditionLines(progress, now, paint),
    ...workLines(progress, snapshot.running, now),
    ...tailLines(progress, now),
    ...blockedLines(progress, now, paint),
    ...runningLines(snapshot.running),
    ...rejectedLines(progress),
    ...nextStepLines(progress),
  ];
  return lines.join('\n');
}

export const isOver = ({ phase }: MigrationProgress): boolean =>
  phase === 'done' || phase === 'aborted';

const field = (label: string, value: string): string => `  ${label.padEnd(LABEL_WIDTH)}${value}`;

/** Returns ' (for 2h 5m)', or '' within the first second. */
function lasted(since: string, now: number): string {
  const ms = now - Date.parse(since);
  return Number.isFinite(ms) && ms >= 1000 ? ` (for ${formatDuration(ms)})` : '';
}

function conditionLines({ conditions }: MigrationProgress, now: number, paint: Paint): string[] {
  return conditions.map(({ name, because, since }) =>
    field(name, paint.warn(`${because}${lasted(since, now)}`)),
  );
}

function workLines(
  progress: MigrationProgress,
  running: readonly RunningChunk[],
  now: number,
): string[] {
  const lines: string[] = [];
  const { round } = progress;
  if (round !== undefined) {
    lines.push(
      field(
        'round',
        `${round.number} (${round.kind}): ${groupDigits(round.done)} of ${plural(round.chunks, 'chunk')} done, ` +
          `${groupDigits(round.running.length)} running, ${groupDigits(round.blocked)} blocked`,
      ),
    );
    lines.push(field('rate', rateText(running)));
  }
  const totals = totalsText(progress.totals);
  if (totals !== '') lines.push(field('totals', totals));
  if (progress.nextRoundAt !== undefined && !isOver(progress)) {
    lines.push(field('next round', nextRoundText(progress, progress.nextRoundAt, now)));
  }
  return lines;
}

function tailLines(progress: MigrationProgress, now: number): string[] {
  const { ready, because } = progress.cutover;
  // A migration that is over has no gate any more.
  const lines = isOver(progress)
    ? []
    : [field('cutover', `${ready ? 'ready' : 'held'}: ${because}`)];
  const excepted = progress.totals['excepted'] ?? 0;
  if (excepted > 0) lines.push(field('exceptions', plural(excepted, 'entry', 'entries')));
  if (progress.approvedBy !== undefined) lines.push(field('approved by', progress.approvedBy));
  if (progress.outageMs > 0) lines.push(field('outage', formatDuration(progress.outageMs)));
  lines.push(...laneOutages(progress.lanes, now).map((text) => field('outage', text)));
  return lines;
}

/** Formats the sum of the running chunks' rates; without one, the reason why nothing moves. */
export function rateText(running: readonly RunningChunk[]): string {
  const rates = running.flatMap(({ bytesPerSecond }) => bytesPerSecond ?? []);
  if (rates.length > 0) return formatRate(rates.reduce((sum, rate) => sum + rate, 0));
  const waiting = running.find(({ because }) => because !== undefined);
  return waiting?.because === undefined ? 'not known yet' : `0: ${waiting.because}`;
}

const TOTAL_WORDS: readonly (readonly [string, string])[] = [
  ['verified', 'verified'],
  ['excluded', 'excluded'],
  ['excepted', 'excepted'],
  ['deleted', 'deleted'],
  ['vanished', 'vanished'],
  ['blocked', 'blocked'],
  ['drifted', 'drifted'],
  ['awaitingDelete', 'awaiting delete'],
  ['unverified', 'unverified'],
];

/** Formats the sum of the ledger, without the terms that are 0. '' when nothing was counted yet. */
export function totalsText(totals: Readonly<Record<string, number>>): string {
  const seen = totals['seen'];
  if (seen === undefined) return '';
  const parts = TOTAL_WORDS.flatMap(([key, word]) => {
    const value = totals[key] ?? 0;
    return value === 0 ? [] : [`${groupDigits(value)} ${word}`];
  });
  const bytes = totals['bytes'] === undefined ? '' : ` (${formatBytes(totals['bytes'])})`;
  return `${plural(seen, 'entry', 'entries')} seen${bytes} = ${parts.length === 0 ? '0' : parts.join(' + ')}`;
}

function nextRoundText({ intervalMs }: MigrationProgress, at: string, now: number): string {
  const inMs = Date.parse(at) - now;
  const when = inMs > 0 ? `in ${formatDuration(inMs)} (${at})` : `now (due ${at})`;
  return `${when}, because the interval is ${formatDuration(intervalMs)}`;
}

function blockedLines(progress: MigrationProgress, now: number, paint: Paint): string[] {
  if (progress.blockedCount === 0) return [];
  const shown = progress.blocked.slice(0, MAX_LISTED);
  const rows = shown.map((chunk) => `    ${blockedText(chunk)}${lasted(chunk.since, now)}`);
  const more = progress.blockedCount - shown.length;
  return [
    paint.bad(`  ${plural(progress.blockedCount, 'chunk')} blocked`),
    ...rows,
    ...(more > 0
      ? [`    and ${groupDigits(more)} more: longhaul chunks ${progress.migration} --blocked`]
      : []),
  ];
}

export const blockedText = ({ chunk, step, code, because }: BlockedChunk): string =>
  `${chunk}  ${step}  ${code}: ${because}`;

function runningLines(running: readonly RunningChunk[]): string[] {
  if (running.length === 0) return [];
  const rows = running.map((chunk) => [
    chunk.chunk,
    chunk.phase === undefined ? chunk.step : `${chunk.step}, ${chunk.phase}`,
    progressText(chunk.doneEntries, chunk.totalEntries, groupDigits),
    progressText(chunk.doneBytes, chunk.totalBytes, formatBytes),
    chunk.because ?? (chunk.bytesPerSecond === undefined ? '' : formatRate(chunk.bytesPerSecond)),
  ]);
  const text = table(
    [
      { title: 'running' },
      { title: 'step' },
      { title: 'entries', align: 'right' },
      { title: 'bytes', align: 'right' },
      { title: '' },
    ],
    rows,
  );
  return text.split('\n').map((line) => `  ${line}`);
}

function progressText(
  done: number,
  total: number | undefined,
  format: (value: number) => string,
): string {
  return total === undefined ? format(done) : `${format(done)} of ${format(total)}`;
}

function rejectedLines({ rejectedMessages }: MigrationProgress): string[] {
  const shown = rejectedMessages.slice(0, 3);
  return shown.map(({ at, name, because }) =>
    field('not taken', `message "${name}" of ${at}: ${because}`),
  );
}

function nextStepLines({ nextSteps }: MigrationProgress): string[] {
  return nextSteps.length === 0 ? [] : ['  you can now', ...nextSteps.map((step) => `    ${step}`)];
}
