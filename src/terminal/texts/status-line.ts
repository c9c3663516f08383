/** The status line, which is replaced in place: progress, rate, remaining time, and what it waits for. */
import type { Snapshot } from '../../client/snapshot.ts';
import { formatBytes, formatDuration, formatRate, groupDigits } from '../../units.ts';
import { rateText } from './status.ts';

export interface Progress {
  /** The step, such as 'copy' or 'scan'. */
  readonly what: string;
  readonly doneEntries: number;
  readonly totalEntries?: number | undefined;
  readonly doneBytes: number;
  readonly totalBytes?: number | undefined;
  readonly bytesPerSecond?: number | undefined;
  readonly elapsedMs: number;
  /** The reason why nothing moves. */
  readonly because?: string | undefined;
}

/** Formats `0:05 copy  61.7%  3 of 11 entries  29 B of 47 B  1.2 Mbit/s  ETA 3m 4s`, cut to `columns`. */
export function progressLine(progress: Progress, columns: number): string {
  const parts = [
    `${clock(progress.elapsedMs)} ${progress.what}`,
    percentText(progress),
    `${ofTotal(progress.doneEntries, progress.totalEntries, groupDigits)} entries`,
    ofTotal(progress.doneBytes, progress.totalBytes, formatBytes),
    progress.bytesPerSecond === undefined ? '' : formatRate(progress.bytesPerSecond),
    progress.because ?? etaText(progress),
  ];
  return fit(parts.filter((part) => part !== '').join('  '), columns);
}

/** Formats the status line of `longhaul watch`. */
export function watchLine(
  { migration, progress, unanswered, running }: Snapshot,
  columns: number,
): string {
  if (progress === undefined) {
    return fit(`${migration}: ${unanswered?.because ?? 'no worker answers'}`, columns);
  }
  const { round, phase, conditions, blockedCount } = progress;
  const parts = [`${migration}: ${phase}`];
  if (round !== undefined) {
    parts.push(
      `round ${round.number} ${groupDigits(round.done)}/${groupDigits(round.chunks)} chunks`,
    );
    parts.push(rateText(running));
  }
  if (blockedCount > 0) parts.push(`${groupDigits(blockedCount)} blocked`);
  for (const { name, because } of conditions) parts.push(`${name}: ${because}`);
  if (round === undefined && progress.nextRoundAt !== undefined) {
    parts.push(`next round ${progress.nextRoundAt}`);
  }
  return fit(parts.join('  '), columns);
}

function percentText({ doneBytes, totalBytes, doneEntries, totalEntries }: Progress): string {
  const [done, total] =
    totalBytes !== undefined && totalBytes > 0
      ? [doneBytes, totalBytes]
      : [doneEntries, totalEntries ?? 0];
  return total > 0 ? `${Math.min(100, (100 * done) / total).toFixed(1)}%` : '';
}

/** Returns '' until an estimate is meaningful: 3 seconds have passed and 1 % of a known total is done. */
function etaText({ doneBytes, totalBytes, bytesPerSecond, elapsedMs }: Progress): string {
  if (totalBytes === undefined || bytesPerSecond === undefined || bytesPerSecond <= 0) return '';
  if (elapsedMs < 3000 || doneBytes < totalBytes / 100) return '';
  const leftMs = ((totalBytes - doneBytes) / bytesPerSecond) * 1000;
  return leftMs < 1000 ? '' : `ETA ${formatDuration(leftMs)}`;
}

function ofTotal(
  done: number,
  total: number | undefined,
  format: (value: number) => string,
): string {
  return total === undefined ? format(done) : `${format(done)} of ${format(total)}`;
}

function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(seconds % 60)}`
    : `${minutes}:${two(seconds % 60)}`;
}

/** A line that wraps cannot be replaced in place. */
function fit(line: string, columns: number): string {
  return line.length < columns ? line : `${line.slice(0, Math.max(0, columns - 2))}…`;
}
